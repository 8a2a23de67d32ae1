#!/usr/bin/env bash
# Builds and installs pgvector for the PostgreSQL of $PG_CONFIG, where it is not installed and no package has it: from
# Debian trixie's source package, fetched by apt, which verifies its signature as it does any package's. A sources list
# of its own: the machine's is neither read nor changed.
. "$(dirname "$0")/lib.sh"
VERSION=0.8.0
control=$("$PG_CONFIG" --sharedir)/extension/vector.control
[ ! -f "$control" ] || exit 0
say "pgvector $VERSION"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# apt drops root's rights to fetch.
chmod 755 "$work"
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[ -f "$keyring" ] || die "Debian's keys are missing (package debian-archive-keyring): install pgvector yourself"
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/parts" "$work/source"
echo "deb-src [signed-by=$keyring] http://deb.debian.org/debian trixie main" >"$work/sources.list"
apt=(apt-get -qq -o "Dir::Etc::sourcelist=$work/sources.list" -o "Dir::Etc::sourceparts=$work/parts"
  -o "Dir::State::lists=$work/lists" -o "Dir::Cache=$work/cache" -o APT::Get::List-Cleanup=0
  -o Acquire::AllowInsecureRepositories=false)
[ "$(id -u)" != 0 ] || chown -R _apt "$work/lists" "$work/source"
echo "fetching the list of Debian trixie's sources (some 10 MB)"
"${apt[@]}" update
echo "fetching the source of pgvector"
version=$("${apt[@]}" --only-source --print-uris source "pgvector" 2>/dev/null | sed -n "s/.*pgvector_\($VERSION-[^ ]*\)\.dsc.*/\1/p")
[ -n "$version" ] || die "Debian trixie has no pgvector $VERSION (any more): install it yourself"
(cd "$work/source" && "${apt[@]}" --only-source --download-only source "pgvector=$version")
mkdir "$work/build"
tar -xf "$work/source/pgvector_$VERSION.orig.tar.gz" -C "$work/build" --strip-components=1
echo "building it (about ten seconds)"
# Not for this machine's processor alone; and without LLVM, whose version need not be the one that is installed.
build=(make -s -C "$work/build" PG_CONFIG="$PG_CONFIG" OPTFLAGS= with_llvm=no)
"${build[@]}" >"$work/log" 2>&1 || { tail -20 "$work/log"; die "pgvector was not built"; }
if [ -w "$("$PG_CONFIG" --pkglibdir)" ]; then "${build[@]}" install >>"$work/log"
else as_root "${build[@]}" install >>"$work/log"
fi
[ -f "$control" ] || { tail -20 "$work/log"; die "pgvector was not installed"; }
