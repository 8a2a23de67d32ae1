-- 018_add_email_to_user_profiles: the address beside the name, kept as auth.users has it.

alter table user_profiles add column email varchar(255);
comment on column user_profiles.email is 'As in auth.users, which it follows; not for users to write.';

-- Profiles of those who had signed up before, and the addresses of all.
insert into user_profiles (id, full_name)
select u.id, left(coalesce(nullif(btrim(u.raw_user_meta_data ->> 'full_name'), ''), nullif(split_part(u.email, '@', 1), '')), 255)
  from auth.users u
on conflict (id) do nothing;
update user_profiles p set email = u.email from auth.users u where u.id = p.id and p.email is distinct from u.email;

create trigger service_desk_user_email after update of email on auth.users
  for each row when (old.email is distinct from new.email)
  execute function callcoach.handle_user_email('service_desk.user_profiles');

insert into callcoach_migrations (version) values ('018_add_email_to_user_profiles');
