# The systems that stand beside the training platform: a folder sql/NAME with an install.sql each. Source it after
# lib.sh.

# systems: their names, those that are there.
systems() {
  local file
  for file in sql/*/install.sql; do [ ! -f "$file" ] || basename "$(dirname "$file")"; done
}

has_pgvector() { [ -f "$("$PG_CONFIG" --sharedir)/extension/vector.control" ]; }

# supabase DATABASE WHAT…: gives it what Supabase has: roles, auth, storage (scripts/supabase_….sql), vector (pgvector,
# where it is installed), and callcoach, the extension.
supabase() {
  local database=$1 what
  shift
  for what in "$@"; do
    {
      echo 'set client_min_messages = warning;'
      case $what in
        roles | auth | storage) cat "scripts/supabase_$what.sql" ;;
        callcoach) echo 'create extension callcoach;' ;;
        vector)
          # Supabase keeps extensions out of public. What callcoach takes from PUBLIC by default is granted again, as
          # SECURITY.md says.
          if has_pgvector; then
            cat <<'SQL'
create schema extensions;
grant usage on schema extensions to anon, authenticated, service_role;
create extension vector schema extensions;
grant execute on all functions in schema extensions to anon, authenticated, service_role;
SQL
          else
            echo "pgvector is not installed (scripts/pgvector.sh): $database does without" >&2
          fi ;;
      esac
    } | psql -Xq -v ON_ERROR_STOP=1 -d "$database"
  done
}

# system_database DATABASE SYSTEM: a new one with all that Supabase has, the extension and that system.
system_database() {
  createdb "$1"
  supabase "$1" roles callcoach auth storage vector
  install_system "$1" "$2"
}

# install_system DATABASE SYSTEM
install_system() { psql -Xq -v ON_ERROR_STOP=1 -d "$1" -f "sql/$2/install.sql"; }
