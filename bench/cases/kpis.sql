-- Every transcript of a length, several times over, in one statement.
\timing on
select count(compute_kpis(transcript)) as calls
  from bench.transcripts, generate_series(1, :repeat)
 where utterances = :utterances \gset
\timing off
\echo done :calls
