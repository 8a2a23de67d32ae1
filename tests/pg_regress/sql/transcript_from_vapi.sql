-- transcript_from_vapi: from Vapi's artifact.messages to a transcript. What happens to each malformed message is in
-- crates/core.
select jsonb_pretty(transcript_from_vapi('[
  {"role": "system", "message": "You are Sarah, a first-time buyer.", "time": 1719500000000.0, "secondsFromStart": 0},
  {"role": "bot", "message": "Hi, I saw your rates online.", "time": 1719500001205.4, "endTime": 1719500003105.4, "secondsFromStart": 1.2054, "duration": 1900.0},
  {"role": "user", "message": "Hello Sarah. What do you \"pay\" now?", "time": 1719500003600, "endTime": 1719500005400, "secondsFromStart": 3.6, "duration": 1800},
  {"role": "tool_calls", "toolCalls": [{"id": "call_1", "function": {"name": "lookup"}}], "message": "", "time": 1719500005500, "secondsFromStart": 5.5},
  {"role": "tool_call_result", "name": "lookup", "result": "{}", "time": 1719500005900, "secondsFromStart": 5.9},
  {"role": "user", "message": "No times here."},
  {"role": "user", "time": 1719500006000, "secondsFromStart": 6},
  {"role": "bot", "message": "Six and a half.", "time": 1719500006000, "endTime": 1719500007000}, 17, null]'));
-- Its KPIs are those of the call.
select k ->> 'talk_ms' as talk_ms, k ->> 'listen_ms' as listen_ms, k ->> 'questions_asked' as questions
  from compute_kpis(transcript_from_vapi('[
    {"role": "bot", "message": "Hi.", "secondsFromStart": 0.5, "duration": 500},
    {"role": "user", "message": "What do you pay now?", "secondsFromStart": 1.5, "duration": 1500.4}]')) as k;
select transcript_from_vapi('[]'), transcript_from_vapi(null) is null as null_gives_null;
select transcript_from_vapi('{"artifact": {"messages": []}}');
\echo :LAST_ERROR_SQLSTATE
select transcript_from_vapi('"messages"');
