-- 020_simple_appointments_table: booking from the table alone. Each appointment that blocks (pending, confirmed) has its
-- period and a lane of the organisation's; two of one lane do not overlap, and there are as many lanes as
-- settings.capacity says. So two people cannot book the same last slot, however they try.

do $$
begin
  if not exists (select from pg_extension where extname = 'btree_gist') then
    -- Supabase keeps extensions in a schema of their own.
    execute format('create extension btree_gist schema %I',
      case when to_regnamespace('extensions') is null then 'public' else 'extensions' end);
  end if;
end
$$;

alter table appointments
  add column period tstzrange,
  add column lane integer,
  add constraint appointments_lane_positive check (lane >= 1),
  add constraint appointments_blocking_has_period check (
    (period is not null) = (status::text in ('pending', 'confirmed'))
    and (lane is not null) = (status::text in ('pending', 'confirmed'))),
  add constraint appointments_not_double_booked
    exclude using gist (organization_id with =, lane with =, period with &&);
comment on column appointments.period is 'What it blocks; NULL once it is over or cancelled. Kept by a trigger.';
comment on column appointments.lane is 'Its place among those that go on at once, from 1. Kept by a trigger, which may give it another.';

-- Placing reads the calendar past row level security. Whoever may not see the organisation is told so before that, as
-- the policy would: whether its calendar is full is none of their business.
create function check_appointment_organization() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if row_security_active('service_desk.appointments')
     and not exists (select from service_desk.organizations o where o.id = new.organization_id) then
    raise insufficient_privilege using
      message = 'new row violates row-level security policy for table "appointments"';
  end if;
  return new;
end
$$;
comment on function check_appointment_organization() is
  'Trigger on appointments, before all others: the caller may see the organisation.';
create trigger check_appointment_organization before insert or update of organization_id on appointments
  for each row execute function check_appointment_organization();

create function place_appointment() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  wall constant timestamp := new.scheduled_date + new.scheduled_time;
  desk record;
  booked record;
  starts timestamptz;
  ends timestamptz;
  seats integer[];
begin
  if new.status not in ('pending', 'confirmed') then
    new.period := null;
    new.lane := null;
    return new;
  end if;
  if tg_op = 'UPDATE' and not isempty(old.period)
     and (new.organization_id, new.scheduled_date, new.scheduled_time, new.duration_minutes)
         is not distinct from (old.organization_id, old.scheduled_date, old.scheduled_time, old.duration_minutes)
  then
    return new;
  end if;

  -- One at a time books with an organisation: who waits here sees what the other has booked. (Under REPEATABLE READ
  -- and above they do not; then the constraint refuses.)
  perform pg_advisory_xact_lock(hashtextextended('service_desk.appointments ' || new.organization_id, 0));
  select o.timezone, o.settings into desk from service_desk.organizations o where o.id = new.organization_id;
  -- What cannot be placed violates a constraint, which speaks for itself.
  if not found or not isfinite(new.scheduled_date) or new.scheduled_time is null
     or coalesce(new.duration_minutes not between 1 and 480, true) then
    new.period := 'empty';
    new.lane := 1;
    return new;
  end if;

  starts := wall at time zone desk.timezone;
  ends := starts + make_interval(mins => new.duration_minutes);
  if starts at time zone desk.timezone <> wall then
    raise datetime_field_overflow using
      message = format('the clocks do not show %s on that day', new.scheduled_time),
      detail = 'They are set forward over that time in the organisation''s time zone.',
      hint = 'Choose a time of get_available_time_slots().';
  end if;
  select coalesce(array_agg(a.id order by a.id), '{}') as ids,
         coalesce(array_agg(a.period order by a.id), '{}') as periods,
         coalesce(array_agg(lower(a.period) order by a.id), '{}') as starts,
         coalesce(array_agg(upper(a.period) order by a.id), '{}') as ends,
         coalesce(array_agg(a.lane order by a.id), '{}') as lanes
    into booked
    from service_desk.appointments a
   where a.organization_id = new.organization_id and a.id <> new.id
     and a.period && tstzrange(starts - interval '24 hours', ends + interval '24 hours');
  seats := callcoach.seat(desk.settings, booked.starts, booked.ends, booked.lanes, starts, ends);
  if seats is null then
    raise exclusion_violation using
      message = 'that time is fully booked',
      detail = 'As many appointments as the organisation takes at once overlap with it.',
      hint = 'Choose a time of get_available_time_slots().',
      schema = 'service_desk', table = 'appointments', constraint = 'appointments_not_double_booked';
  end if;
  new.period := tstzrange(starts, ends);
  new.lane := seats[1];

  -- Those who give way do it in two steps, as the constraint is checked row by row. One that was cancelled or over by
  -- the time that it was its turn has no lane to give.
  if seats[2:] <> booked.lanes then
    update service_desk.appointments a set period = 'empty'
      from unnest(booked.ids, booked.lanes, seats[2:]) as m (id, lane, new_lane)
     where a.id = m.id and m.lane <> m.new_lane and a.period is not null;
    update service_desk.appointments a set period = m.period, lane = m.new_lane
      from unnest(booked.ids, booked.lanes, seats[2:], booked.periods) as m (id, lane, new_lane, period)
     where a.id = m.id and m.lane <> m.new_lane and a.period is not null;
  end if;
  return new;
end
$$;
comment on function place_appointment() is
  'Trigger on appointments: gives what blocks its period and a lane; 23P01 where all are taken.';
create trigger place_appointment
  before insert or update of organization_id, scheduled_date, scheduled_time, duration_minutes, status on appointments
  for each row execute function place_appointment();

create function stamp_appointment() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' or new.status <> old.status then
    case new.status
      when 'confirmed' then
        if tg_op = 'INSERT' then
          new.confirmed_at := coalesce(new.confirmed_at, now());
        elsif new.confirmed_at is not distinct from old.confirmed_at then
          new.confirmed_at := now();
        end if;
      when 'cancelled' then
        if tg_op = 'INSERT' then
          new.cancelled_at := coalesce(new.cancelled_at, now());
        elsif new.cancelled_at is not distinct from old.cancelled_at then
          new.cancelled_at := now();
        end if;
      when 'completed' then
        if tg_op = 'INSERT' then
          new.completed_at := coalesce(new.completed_at, now());
        elsif new.completed_at is not distinct from old.completed_at then
          new.completed_at := now();
        end if;
      else
        null;
    end case;
  end if;
  return new;
end
$$;
comment on function stamp_appointment() is
  'Trigger on appointments: confirmed_at, cancelled_at, completed_at where the status changes and the caller does not say when.';
create trigger stamp_appointment before insert or update of status on appointments
  for each row execute function stamp_appointment();

-- An organisation that moves to another time zone takes its appointments along: the clock's time is what was agreed.
create function move_appointments() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  moved uuid[];
  appointment uuid;
begin
  perform pg_advisory_xact_lock(hashtextextended('service_desk.appointments ' || new.id, 0));
  moved := array(
    select a.id from service_desk.appointments a
     where a.organization_id = new.id and upper(a.period) > now() order by lower(a.period), a.id);
  -- Not of one that was cancelled meanwhile.
  update service_desk.appointments a set period = 'empty' where a.id = any (moved) and a.period is not null;
  foreach appointment in array moved loop
    update service_desk.appointments a set scheduled_time = a.scheduled_time where a.id = appointment;
  end loop;
  return null;
end
$$;
comment on function move_appointments() is
  'Trigger on organizations: appointments that are not over keep their time on the clocks of the new time zone.';
create trigger move_appointments after update of timezone on organizations
  for each row when (old.timezone is distinct from new.timezone) execute function move_appointments();

-- Appointments that were there before are placed in the order of time.
do $$
declare
  appointment uuid;
begin
  for appointment in
    select a.id from appointments a where a.status in ('pending', 'confirmed') and a.period is null
     order by a.scheduled_date, a.scheduled_time, a.id
  loop
    update appointments a set scheduled_time = a.scheduled_time where a.id = appointment;
  end loop;
end
$$;

create function get_available_time_slots(org_id uuid, target_date date, slot_duration integer default 60)
returns table (start_time time, end_time time, is_available boolean)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  desk record;
  booked record;
begin
  select d.time_zone, d.settings into desk from service_desk.desk_of(org_id) d;
  -- Wide enough for every time zone, and for those who give way. Dates that time_slots refuses are left to it.
  if target_date between date '1970-01-01' - 1000000 and date '1970-01-01' + 1000000 then
    select array_agg(lower(a.period)) as starts, array_agg(upper(a.period)) as ends, array_agg(a.lane) as lanes
      into booked
      from service_desk.appointments a
     where a.organization_id = org_id and a.period && tstzrange(
       (target_date - 2)::timestamp at time zone 'UTC', (target_date + 4)::timestamp at time zone 'UTC');
  else
    select null::timestamptz[] as starts, null::timestamptz[] as ends, null::integer[] as lanes into booked;
  end if;
  return query
    select t.start_time, t.end_time, t.is_available
      from callcoach.time_slots(
        target_date, slot_duration, desk.time_zone, desk.settings, booked.starts, booked.ends, booked.lanes, now()) t;
end
$$;
comment on function get_available_time_slots(uuid, date, integer) is
  'The slots of a date on the organisation''s clocks, by its business hours, and whether each can be booked; no rows on a closed day. 42501 for an organisation that the caller may not see, 22023 for a duration outside of 5 to 480 minutes.';

insert into callcoach_migrations (version) values ('020_simple_appointments_table');
