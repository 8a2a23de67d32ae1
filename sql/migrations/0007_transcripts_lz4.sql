-- 0007_transcripts_lz4: transcripts are compressed with LZ4 where the server has it. Half the time of computing
-- KPIs was decompressing PostgreSQL's own format. Rows that are there keep theirs until they are written again.
do $$
begin
  if exists (select from pg_catalog.pg_settings where name = 'default_toast_compression' and 'lz4' = any (enumvals)) then
    alter table scenario_attempts
      alter column transcript_json set compression lz4,
      alter column transcript_text set compression lz4;
  end if;
end
$$;

insert into callcoach_migrations (version) values ('0007_transcripts_lz4');
