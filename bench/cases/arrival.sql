-- One event in its own transaction, with the time just before the commit.
\sleep :pause ms
begin;
select set_org_claim(md5('org 1')::uuid);
select enqueue_webhook('scenario.completed', jsonb_build_object('text', repeat('x', 800), 'sent_at', extract(epoch from clock_timestamp())));
commit;
