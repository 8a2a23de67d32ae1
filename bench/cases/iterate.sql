-- Every transcript of a length beside its like, several times over: jsonb's equality walks over both, all keys,
-- strings and numbers in turn, and does nothing else with them. Each pair is two walks.
\timing on
select count(a.transcript = b.transcript) as pairs
  from bench.transcripts a join bench.transcripts b using (utterances, n), generate_series(1, :repeat)
 where utterances = :utterances \gset
\timing off
\echo done :pairs
