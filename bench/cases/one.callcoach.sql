\set i :i + 1
\set n :base + :i * 2 + :client_id
update scenario_attempts set status = 'completed' where id = '00000004-0000-4000-8000-:n';
