-- 006_auth_user_sync: whoever signs up gets a row in users, of no organisation and with the role "user"; so do those
-- who have signed up before. Their address follows: who changes it frees the old one, for others to sign up with.
do $$
declare
  trigger_name text := 'on_auth_user_created';
begin
  -- Many applications have a trigger of this name, each for a table of its own: all of them go on.
  if exists (select from pg_catalog.pg_trigger where tgrelid = 'auth.users'::regclass and tgname = trigger_name) then
    trigger_name := trigger_name || '_' || current_schema();
    raise warning 'sales_coach: auth.users has a trigger on_auth_user_created already; this one is called %', trigger_name;
  end if;
  execute format('create trigger %I after insert on auth.users for each row execute function callcoach.handle_new_user(%L)',
    trigger_name, format('%I.users', current_schema()));
  execute format('create trigger %I after update of email on auth.users for each row
                    when (old.email is distinct from new.email) execute function callcoach.handle_user_email(%L)',
    current_schema() || '_user_email', format('%I.users', current_schema()));
end
$$;

-- Named as callcoach.handle_new_user would.
insert into users (id, email, name)
select a.id, a.email,
       left(coalesce(
         nullif(btrim(case when jsonb_typeof(m.d -> 'full_name') = 'string' then m.d ->> 'full_name' end), ''),
         nullif(btrim(case when jsonb_typeof(m.d -> 'name') = 'string' then m.d ->> 'name' end), ''),
         nullif(btrim(split_part(a.email, '@', 1)), ''),
         nullif(btrim(a.phone), ''),
         'user'), 200)
  from auth.users a
 cross join lateral (select a.raw_user_meta_data as d) m
 where a.email is not null
    on conflict do nothing;

insert into callcoach_migrations (version) values ('006_auth_user_sync');
