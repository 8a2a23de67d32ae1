-- 017_verify_appointments_schema: the columns that booking relies on are there, of the types that the document gives
-- them. Where an older table of that name was kept, this says what it lacks, all at once.

do $$
declare
  differing text;
begin
  select string_agg(format('%s %s, found %s', w.name, w.type, coalesce(format_type(a.atttypid, a.atttypmod), 'nothing')),
                    '; ' order by w.name)
    into differing
    from (values
      ('id', 'uuid'), ('organization_id', 'uuid'), ('customer_id', 'uuid'), ('vapi_call_id', 'character varying(255)'),
      ('customer_name', 'character varying(255)'), ('customer_phone', 'character varying(20)'),
      ('customer_email', 'character varying(255)'), ('service_address', 'text'),
      ('appointment_type', 'character varying(50)'), ('service_description', 'text'), ('scheduled_date', 'date'),
      ('scheduled_time', 'time without time zone'), ('duration_minutes', 'integer'),
      ('status', 'character varying(20)'), ('language_preference', 'character varying(5)'), ('sms_sent', 'boolean'),
      ('sms_reminder_sent', 'boolean'), ('google_calendar_event_id', 'character varying(255)'),
      ('outlook_calendar_event_id', 'character varying(255)'), ('calendly_event_id', 'character varying(255)'),
      ('calendar_provider', 'character varying(20)'), ('urgency_score', 'numeric(3,2)'),
      ('emergency_detected', 'boolean'), ('notes', 'text'), ('metadata', 'jsonb'),
      ('created_at', 'timestamp with time zone'), ('updated_at', 'timestamp with time zone'),
      ('confirmed_at', 'timestamp with time zone'), ('cancelled_at', 'timestamp with time zone'),
      ('completed_at', 'timestamp with time zone')) as w (name, type)
    left join pg_attribute a
      on a.attrelid = 'appointments'::regclass and a.attname = w.name and not a.attisdropped
   where format_type(a.atttypid, a.atttypmod) is distinct from w.type;
  if differing is not null then
    raise exception using
      errcode = '55000', message = 'the table appointments is not as booking needs it', detail = differing,
      hint = 'Add or alter these columns, then apply the migration again.';
  end if;
end
$$;

insert into callcoach_migrations (version) values ('017_verify_appointments_schema');
