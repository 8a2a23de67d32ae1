-- What CREATE EXTENSION does last: comments, and who may call what.

comment on schema callcoach is 'Internal functions of the extension callcoach; not for clients.';

comment on function set_org_claim(uuid) is
  'Makes the transaction act in an organisation (policies show its rows) until it ends; NULL takes the claim back. 42501 where the caller may not act there.';
comment on function current_org_id() is
  'The organisation this transaction acts in; NULL while none is set. For policies: org_id = (select current_org_id()).';
comment on function current_user_id() is
  'The user of the request, by the verified token''s sub; NULL without one.';
comment on function callcoach.user_id() is
  'The user of the request as a uuid, in place of auth.uid(), which believes any login; NULL also for a sub that is no uuid.';
comment on function compute_kpis(jsonb) is
  'KPIs of a transcript [{speaker, text, start_ms, end_ms}, …]: talk_ms, listen_ms, talk_listen_ratio, words_per_minute, filler_words, interruptions, questions_asked, sentiment_score, and more.';
comment on function kpi_events(jsonb, text[], text[]) is
  'What happens in a call and when: fillers, interruptions, questions, keywords of the user, objections of the assistant. As many as compute_kpis counts.';
comment on function transcript_from_vapi(jsonb) is
  'Vapi''s artifact.messages as a transcript for compute_kpis: the bot as assistant, system and tool messages left out.';
comment on function score_attempt(uuid) is
  'Scores an attempt by its scenario''s rubric and writes score and score_breakdown; returns the score, 0 to 100. 55000 while there are no marks.';
comment on function explain_score(uuid) is
  'How an attempt''s score comes about, criterion by criterion; the last line, without a name, is the whole attempt.';
comment on function populate_fact_from_attempt(uuid) is
  'Writes the reporting fact of a completed attempt, as the trigger on scenario_attempts does.';
comment on function refresh_reporting() is
  'Brings the reports up to date: folds what changed in the facts since into the rollups; returns how many changes. Blocks neither readers nor writers.';
comment on function refresh_reporting(int) is
  'The same for the first so many changes, which bounds the transaction.';
comment on function refresh_reporting_views() is
  'The same as refresh_reporting().';
comment on function refresh_my_reporting() is
  'The same for the current organisation alone, for its admins.';
comment on function rebuild_reporting() is
  'Fills the rollups anew from the facts; returns how many facts it read. Blocks neither readers nor writers; what they change meanwhile is left to the next refresh.';
comment on function check_reporting() is
  'The rows in which a report, or a rollup behind it, differs from the facts: none, once refreshed, unless something was damaged. Reads all facts.';
comment on function fill_dim_time(date, date) is
  'Adds the days that dim_time does not have yet, from first to last; returns how many.';
comment on function callcoach.rebuilding(int) is
  'Counts a fact that rebuild_reporting() reads, and says by NOTICE how far it has come. Always true.';
comment on function callcoach.fact_horizon() is
  'The first day of facts that are still there, where earlier partitions were retired; -infinity where none was.';
comment on function callcoach.takes_facts_of(date) is
  'May a fact of that day be written? Not one of a month whose partition was retired.';
comment on function callcoach.fact_partitions() is
  'The partitions of fact_scenario_attempts and their bounds; NULL for those of the default one.';
comment on function callcoach.make_fact_partition(date) is
  'Makes the partition of a month, and moves what of it lies in the default one there. False where it is there already.';
comment on function callcoach.keep_fact_partitions() is
  'The upkeep of partitioned facts, to be run every day: makes partitions ahead, retires old ones, seals them; returns how many it made or retired.';
comment on function callcoach.seal_fact_partition(regclass) is
  'Leaves a partition to its owner alone, with row level security on and the default partition''s settings.';
comment on function callcoach.seal_fact_partitions() is
  'Event trigger: seals partitions of fact_scenario_attempts that others make.';
comment on function callcoach.fold_reporting(uuid, int) is
  'Folds one organisation''s changes (NULL: all), at most so many (NULL: all).';
comment on function callcoach.log_fact_changes() is
  'Trigger on fact_scenario_attempts, once a statement: what changed goes into reporting_deltas.';
comment on function callcoach.apply_scores(bytea, numeric[], int[]) is
  'A packed multiset of scores with "by" more of each "score", less where it is negative; NULL stands for the empty one.';
comment on function callcoach.median_score(bytea) is
  'The median of a packed multiset of scores, as percentile_cont(0.5) gives it; NULL of the empty one.';
comment on function callcoach.count_scores(bytea) is
  'How many scores are in a packed multiset.';
comment on function enqueue_webhook(text, jsonb) is
  'Queues an event for each enabled endpoint of the current organisation that subscribes to it; returns for how many.';
comment on function test_webhook(uuid) is
  'Queues webhook.test for an endpoint, also for one that is switched off; returns the delivery''s id. For its organisation''s admins; PT404 for others.';
comment on function claim_webhook_deliveries(int, interval) is
  'For a sender outside the database: due deliveries with signed headers, which it alone may send and settle until the lease ends.';
comment on function settle_webhook_delivery(uuid, uuid, int, text, text, text, int, boolean) is
  'What came of a claimed delivery: the response''s status, or an error. Returns success, failed, or pending and when it is tried again. PT409 where the claim is lost.';
comment on function release_webhook_delivery(uuid, uuid) is
  'Gives a claimed delivery back that was not tried. False where it is not the claim''s.';
comment on function redeliver_webhook(uuid) is
  'Queues a delivery again that is over, with the same id and body; returns its id. PT409 for one that is pending. For its organisation''s admins; PT404 for others.';
comment on function redeliver_webhooks(uuid, timestamptz, timestamptz, text) is
  'The same for an endpoint''s deliveries queued within a time that have failed (or are a success): 10,000 at most; returns how many.';
comment on function callcoach.apply_retention() is
  'Deletes deliveries that are over for longer than callcoach.webhook_retention days, as old ones that wait for endpoints switched off, and ended claims: 20,000 rows at most; returns how many.';
comment on function callcoach.schedule_upkeep(text) is
  'Has pg_cron, where it is in this database, fold the reports, look for overdue assignments and apply retention; returns its jobs. What is there stays as it is.';
comment on function callcoach.unschedule_upkeep(text) is
  'Takes the jobs of callcoach.schedule_upkeep() away; returns how many.';
comment on function rotate_webhook_secret(uuid, interval) is
  'Gives an endpoint a new secret and returns it; the old one goes on signing beside it for the overlap. For its organisation''s admins; PT404 for others.';
comment on function callcoach.generate_webhook_secret() is
  'A new secret of an endpoint: whsec_ and 32 random bytes in base64. The default of webhooks.secret.';
comment on function callcoach.check_webhook() is
  'Trigger on webhooks: refuses what NOT NULL would, without showing the secret, and URLs that are not sent to; keeps disabled_at and disabled_reason in step with enabled.';
comment on function callcoach.raise_events() is
  'Trigger on assignments and org_members, once a statement: queues scenario.assigned, user.added, user.promoted.';
comment on function callcoach.reopen_assignment() is
  'Trigger on assignments: one that is given to somebody else, asks for something else or is due later may become overdue again.';
comment on function callcoach.sweep_overdue_assignments(int) is
  'Raises assignment.overdue, once each, for assignments of every organisation that are past due and not completed; returns for how many, at most max_assignments.';
comment on function grant_signed_url(text, int) is
  'A URL that opens the object at bucket/organisation/… of Supabase Storage for ttl seconds. 42501 unless the caller may read it.';
comment on function verify_stripe_signature(text, text, text, int, timestamptz) is
  'Did Stripe sign this payload? header is Stripe-Signature, secret the endpoint''s. False for whatever is missing, malformed, too old or too new.';
comment on function verify_svix_signature(text, text, text, text, text, int, timestamptz) is
  'Did Clerk (or another sender of Svix or Standard Webhooks) sign this payload? False for whatever is missing, malformed, too old or too new.';
comment on function callcoach.org_role() is
  'The caller''s role in the current organisation, as text; NULL for who is not a member. current_org_role() gives it its type.';
comment on function callcoach.acts_as(text[]) is
  'Has the caller one of these roles in the current organisation? For policies: (select callcoach.acts_as(''manager'', ''admin'')). A server that has set the claim without a user''s token acts as an admin.';
comment on function callcoach.keep_an_admin() is
  'Trigger on org_members: the last admin of an organisation stays.';
comment on function callcoach.security_findings() is
  'What would open a door: tables without row level security, grants without a policy, functions of PUBLIC, settings. No rows: nothing found.';
comment on function callcoach.pre_request() is
  'PostgREST''s db-pre-request hook: sets the organisation from the x-org-id header or the request''s token, and clears what the pooled session carried.';
comment on function callcoach.uuid_v7() is
  'A new id (UUID version 7) that sorts by when it was made.';
comment on function callcoach.workers() is
  'The background workers: of which database, their process, what they are doing, how often started and woken, when last done with upkeep.';
comment on function callcoach.health_score(bigint, numeric) is
  'A customer''s health, 0 to 100: half of it 10 for each interaction of the last 30 days (100 at most), half the average progress of training.';
comment on function callcoach.update_health_score(regclass, uuid) is
  'Computes a customer''s health score anew, writes and returns it. The first argument is the table customers. PT404 for a customer that the caller may not see.';
comment on function callcoach.refresh_health_scores(regclass) is
  'Computes every customer''s health score anew, writes those that are another by now, and returns how many. The argument is the table customers.';
comment on function callcoach.keep_health_scores() is
  'Trigger on agent_messages, training_progress and agent_sessions, once a statement: customers.health_score follows.';
comment on function callcoach.touch_updated_at() is
  'Trigger: sets updated_at when an update changes something.';
comment on function callcoach.update_timestamp() is
  'Trigger: callcoach.touch_updated_at() by another name.';
comment on function callcoach.update_updated_at_column() is
  'Trigger: callcoach.touch_updated_at() by another name.';
comment on function callcoach.update_knowledge_base_updated_at() is
  'Trigger: callcoach.touch_updated_at() by another name.';
comment on function callcoach.audit_trigger_func() is
  'Trigger for any table, after rows or once a statement: what changes is written to audit_log or activity_log of its schema. Arguments: columns that are left out.';
comment on function callcoach.soft_delete() is
  'Trigger, before rows are deleted: sets deleted_at and leaves the row, unless it is deleted with its parent or purged.';
comment on function callcoach.purge_deleted(regclass, interval) is
  'Deletes for good what was soft-deleted longer ago; returns how many rows. For the table''s owner and service_role.';
comment on function callcoach.handle_new_user() is
  'Trigger on auth.users, after a row is inserted: writes id, email and name to the table named by its argument. Never fails a sign-up.';
comment on function callcoach.handle_user_email() is
  'Trigger on auth.users: the email in the table that the argument names follows. A failure is a warning, never a change that fails.';
comment on function callcoach.check_rubric() is
  'Trigger on scenarios: a rubric that is written has unique names and weights that sum to 1.';
comment on function callcoach.attempt_before_write() is
  'Trigger on scenario_attempts: fills a completed attempt''s times, KPIs and score in the row being written.';
comment on function callcoach.attempt_after_write() is
  'Trigger on scenario_attempts, once a statement: facts follow, webhooks are queued.';
comment on function callcoach.sync_dimension() is
  'Trigger, once a statement: the dimension named by its argument follows its core table.';

comment on function callcoach.time_slots(date, int, text, jsonb, timestamptz[], timestamptz[], int[], timestamptz) is
  'The slots of a date by business hours, what is booked, a time zone and the time it is.';
comment on function callcoach.seat(jsonb, timestamptz[], timestamptz[], int[], timestamptz, timestamptz) is
  'A lane for a booking, then the lanes of those that are there; NULL: full.';
comment on function callcoach.check_desk_settings(jsonb) is
  'Raises 22023 if business_hours, capacity or holidays of an organisation''s settings cannot be used.';
comment on function callcoach.is_on_duty(text[], time, time, timestamp) is
  'Is somebody with these days and hours on duty, by the clocks of their organisation?';
comment on function callcoach.reaches_off_duty(text) is
  'Is this the urgency for which somebody off duty is called where nobody is on? 22023 for what is no urgency.';

-- These look few rows up by key. A plan that was kept while a table was small, or never analyzed, must not go
-- on reading all of it.
alter function claim_webhook_deliveries(int, interval) set enable_seqscan = off;
alter function settle_webhook_delivery(uuid, uuid, int, text, text, text, int, boolean) set enable_seqscan = off;
alter function redeliver_webhooks(uuid, timestamptz, timestamptz, text) set enable_seqscan = off;
alter function callcoach.apply_retention() set enable_seqscan = off;
alter function callcoach.raise_events() set enable_seqscan = off;
alter function callcoach.raise_events() set enable_bitmapscan = off;

alter function callcoach.update_health_score(regclass, uuid) set enable_seqscan = off;
alter function callcoach.refresh_health_scores(regclass) set enable_seqscan = off;

-- The times in what is sent are UTC, whatever the caller's time zone. (Triggers have it in their definition.)
alter function callcoach.sweep_overdue_assignments(int) set timezone = 'UTC';

-- Supabase's default privileges give every new function to its API roles, and PostgreSQL gives it to
-- PUBLIC: all of that is taken back first.
do $$
declare
  callers constant jsonb := '{
    "set_org_claim(uuid)":              ["authenticated", "service_role"],
    "current_org_id()":                 ["anon", "authenticated", "service_role"],
    "current_user_id()":                ["anon", "authenticated", "service_role"],
    "compute_kpis(jsonb)":              ["authenticated", "service_role"],
    "grant_signed_url(text,int)":       ["authenticated", "service_role"],
    "kpi_events(jsonb,text[],text[])":  ["authenticated", "service_role"],
    "transcript_from_vapi(jsonb)":      ["authenticated", "service_role"],
    "explain_score(uuid)":              ["authenticated", "service_role"],
    "score_attempt(uuid)":              ["service_role"],
    "populate_fact_from_attempt(uuid)": ["service_role"],
    "refresh_reporting()":              ["service_role"],
    "refresh_reporting(int)":           ["service_role"],
    "refresh_my_reporting()":           ["authenticated", "service_role"],
    "rebuild_reporting()":              ["service_role"],
    "check_reporting()":                ["service_role"],
    "refresh_reporting_views()":        ["service_role"],
    "fill_dim_time(date,date)":         ["service_role"],
    "callcoach.rebuilding(int)":        [],
    "enqueue_webhook(text,jsonb)":      ["service_role"],
    "test_webhook(uuid)":               ["authenticated", "service_role"],
    "rotate_webhook_secret(uuid,interval)": ["authenticated", "service_role"],
    "claim_webhook_deliveries(int,interval)": ["service_role"],
    "settle_webhook_delivery(uuid,uuid,int,text,text,text,int,boolean)": ["service_role"],
    "release_webhook_delivery(uuid,uuid)": ["service_role"],
    "redeliver_webhook(uuid)":          ["authenticated", "service_role"],
    "redeliver_webhooks(uuid,timestamptz,timestamptz,text)": ["authenticated", "service_role"],
    "verify_stripe_signature(text,text,text,int,timestamptz)":         ["service_role"],
    "verify_svix_signature(text,text,text,text,text,int,timestamptz)": ["service_role"],
    "callcoach.pre_request()":          ["anon", "authenticated", "service_role"],
    "callcoach.user_id()":              ["anon", "authenticated", "service_role"],
    "callcoach.org_role()":             ["anon", "authenticated", "service_role"],
    "callcoach.acts_as(text[])":        ["anon", "authenticated", "service_role"],
    "callcoach.keep_an_admin()":        [],
    "callcoach.security_findings()":    [],
    "callcoach.uuid_v7()":              ["service_role"],
    "callcoach.workers()":              [],
    "callcoach.generate_webhook_secret()": ["authenticated", "service_role"],
    "callcoach.sweep_overdue_assignments(int)": ["service_role"],
    "callcoach.apply_retention()":      [],
    "callcoach.schedule_upkeep(text)":  [],
    "callcoach.unschedule_upkeep(text)": [],
    "callcoach.check_webhook()":        [],
    "callcoach.raise_events()":         [],
    "callcoach.reopen_assignment()":    [],
    "callcoach.touch_updated_at()":     [],
    "callcoach.update_timestamp()":     [],
    "callcoach.update_updated_at_column()": [],
    "callcoach.update_knowledge_base_updated_at()": [],
    "callcoach.audit_trigger_func()":   [],
    "callcoach.soft_delete()":          [],
    "callcoach.purge_deleted(regclass,interval)": ["service_role"],
    "callcoach.handle_user_email()":  [],
    "callcoach.handle_new_user()":      [],
    "callcoach.fold_reporting(uuid,int)": [],
    "callcoach.fact_horizon()":         [],
    "callcoach.takes_facts_of(date)":   [],
    "callcoach.fact_partitions()":      [],
    "callcoach.make_fact_partition(date)": [],
    "callcoach.keep_fact_partitions()": [],
    "callcoach.seal_fact_partition(regclass)": [],
    "callcoach.seal_fact_partitions()": [],
    "callcoach.log_fact_changes()":     [],
    "callcoach.apply_scores(bytea,numeric[],int[])": [],
    "callcoach.median_score(bytea)":    [],
    "callcoach.count_scores(bytea)":    [],
    "callcoach.health_score(bigint,numeric)": ["authenticated", "service_role"],
    "callcoach.update_health_score(regclass,uuid)": ["authenticated", "service_role"],
    "callcoach.refresh_health_scores(regclass)": ["service_role"],
    "callcoach.keep_health_scores()":   [],
    "callcoach.check_rubric()":         [],
    "callcoach.attempt_before_write()": [],
    "callcoach.attempt_after_write()":  [],
    "callcoach.sync_dimension()":       [],
    "callcoach.time_slots(date,int,text,jsonb,timestamptz[],timestamptz[],int[],timestamptz)": ["authenticated", "service_role"],
    "callcoach.seat(jsonb,timestamptz[],timestamptz[],int[],timestamptz,timestamptz)": [],
    "callcoach.check_desk_settings(jsonb)": [],
    "callcoach.is_on_duty(text[],time,time,timestamp)": ["authenticated", "service_role"],
    "callcoach.reaches_off_duty(text)": ["authenticated", "service_role"]
  }';
  api_roles constant name[] := array(
    select rolname from pg_catalog.pg_roles
     where rolname in ('anon', 'authenticated', 'service_role') order by rolname);
  signature text;
  caller name;
begin
  for signature in select jsonb_object_keys(callers) loop
    execute format('revoke all on function %s from public', signature);
    foreach caller in array api_roles loop
      execute format('revoke all on function %s from %I', signature, caller);
      if callers -> signature ? caller then
        execute format('grant execute on function %s to %I', signature, caller);
      end if;
    end loop;
  end loop;
  -- The request hook is called as the request's role.
  revoke all on schema callcoach from public;
  foreach caller in array api_roles loop
    execute format('grant usage on schema callcoach to %I', caller);
  end loop;
end
$$;
