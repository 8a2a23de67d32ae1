-- KPIs of a transcript, without the sentiment score, which plain SQL has no means for.
-- Of the ways that were tried (a loop over the utterances, regular expressions an utterance, tokens in a
-- table, arithmetic with replace()) the fastest: one pass over the records with the clock in a window
-- function, then what was said as one string.
create function compute_kpis(transcript jsonb) returns jsonb language plpgsql immutable strict parallel safe as $$
declare
  fillers constant text :=
    '\m(?:u[hm]|e[hr]m?|ah|hm+|like|basically|actually|literally|honestly|you know|i mean|(?:sort|kind) of)\M';
  said text;
  talk bigint;
  listen bigint;
  turns int;
  cut_in int;
  words int;
  share int;
begin
  select coalesce(sum(ms) filter (where mine), 0), coalesce(sum(ms) filter (where not mine), 0),
         count(*) filter (where mine), count(*) filter (where mine and start_ms < other_end),
         coalesce(string_agg(text, E' \n ') filter (where mine), '')
    into talk, listen, turns, cut_in, said
    from (select speaker = 'user' as mine, text, start_ms, greatest(end_ms - start_ms, 0) as ms,
                 max(end_ms) filter (where speaker <> 'user') over (rows unbounded preceding) as other_end
            from jsonb_to_recordset(transcript) as u (speaker text, text text, start_ms int, end_ms int)) utterances;
  -- The line breaks between turns are words of the array, too.
  words := cardinality(array_remove(string_to_array(said, ' '), '')) - greatest(turns - 1, 0);
  share := coalesce(round(100.0 * talk / nullif(talk + listen, 0)), 0);
  return jsonb_build_object(
    'talk_ms', talk,
    'listen_ms', listen,
    'talk_listen_ratio', case when talk + listen = 0 then '0:0' else share || ':' || 100 - share end,
    'words_per_minute', coalesce(round(words * 60000.0 / nullif(talk, 0)), 0),
    'filler_words', regexp_count(lower(said), fillers),
    'interruptions', cut_in,
    'questions_asked', octet_length(said) - octet_length(replace(said, '?', '')));
end
$$;
