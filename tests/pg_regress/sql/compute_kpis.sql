-- compute_kpis, one key at a time: small calls that a person can check. "hand" is the hand calculation, which
-- the label explains; a row is shown as right only where compute_kpis gives the same.
\getenv abs_srcdir PG_ABS_SRCDIR

create function pg_temp.u(said text, starts numeric default null, ends numeric default null) returns jsonb
  language sql as $$ select jsonb_build_object('speaker', 'user', 'text', said, 'start_ms', starts, 'end_ms', ends) $$;
create function pg_temp.a(said text, starts numeric default null, ends numeric default null) returns jsonb
  language sql as $$ select jsonb_build_object('speaker', 'assistant', 'text', said, 'start_ms', starts, 'end_ms', ends) $$;
create function pg_temp.call(variadic utterances jsonb[]) returns jsonb
  language sql as $$ select to_jsonb(utterances) $$;
create temp table worked (place serial, key text, label text, hand jsonb, call jsonb);

-- talk_ms and listen_ms: the union of a side's intervals.
insert into worked (key, label, hand, call) values
('talk_ms', '0-1000 and 500-1500 are 0-1500', '1500', pg_temp.call(pg_temp.u('x', 0, 1000), pg_temp.u('x', 500, 1500))),
('talk_ms', '500-800 lies within 0-2000', '2000', pg_temp.call(pg_temp.u('x', 0, 2000), pg_temp.u('x', 500, 800))),
('talk_ms', '0-1000 and 1000-1500 touch: 1500', '1500', pg_temp.call(pg_temp.u('x', 0, 1000), pg_temp.u('x', 1000, 1500))),
('talk_ms', '0-1000 and 3000-3500: 1000 + 500', '1500', pg_temp.call(pg_temp.u('x', 0, 1000), pg_temp.u('x', 3000, 3500))),
('talk_ms', 'end = start is valid, and no time', '0', pg_temp.call(pg_temp.u('x', 700, 700))),
('talk_ms', 'end < start: untimed', '0', pg_temp.call(pg_temp.u('x', 700, 699))),
('talk_ms', 'no end: untimed', '0', pg_temp.call(pg_temp.u('x', 700))),
('talk_ms', '0.5 is 1, 1000.4 is 1000 (half away from zero): 999', '999', pg_temp.call(pg_temp.u('x', 0.5, 1000.4))),
('talk_ms', '-500 is 0: 1000', '1000', pg_temp.call(pg_temp.u('x', -500, 1000))),
('talk_ms', '1e300 is 2^53', '9007199254740992', pg_temp.call(pg_temp.u('x', 0, 1e300))),
('talk_ms', 'both sides at once: 1000 for each', '1000', pg_temp.call(pg_temp.u('x', 0, 1000), pg_temp.a('x', 500, 1500))),
('listen_ms', 'both sides at once: 1000 for each', '1000', pg_temp.call(pg_temp.u('x', 0, 1000), pg_temp.a('x', 500, 1500))),
('listen_ms', 'assistant, bot, ai; trimmed, any case: 100 + 20 + 3; agent and system are nobody', '123',
 '[{"speaker": " Assistant ", "text": "x", "start_ms": 0, "end_ms": 100},
   {"speaker": "BOT", "text": "x", "start_ms": 200, "end_ms": 220},
   {"speaker": "ai", "text": "x", "start_ms": 300, "end_ms": 303},
   {"speaker": "agent", "text": "x", "start_ms": 400, "end_ms": 9400},
   {"speaker": "system", "text": "x", "start_ms": 400, "end_ms": 9400}]'),
('talk_ms', '" USER " is user', '60', '[{"speaker": " USER ", "text": "x", "start_ms": 0, "end_ms": 60}]');

-- talk_listen_ratio: t = round half up (100 talk / (talk + listen)).
insert into worked (key, label, hand, call) values
('talk_listen_ratio', 'no speech', '"0:0"', '[]'),
('talk_listen_ratio', 'no time', '"0:0"', pg_temp.call(pg_temp.u('x', 5, 5), pg_temp.a('x'))),
('talk_listen_ratio', '45000 of 100000', '"45:55"', pg_temp.call(pg_temp.u('x', 0, 45000), pg_temp.a('x', 45000, 100000))),
('talk_listen_ratio', '100 * 5 / 8 = 62.5, up', '"63:37"', pg_temp.call(pg_temp.u('x', 0, 5), pg_temp.a('x', 5, 8))),
('talk_listen_ratio', '100 * 3 / 8 = 37.5, up', '"38:62"', pg_temp.call(pg_temp.u('x', 0, 3), pg_temp.a('x', 3, 8))),
('talk_listen_ratio', '100 * 1 / 201 = 0.498', '"0:100"', pg_temp.call(pg_temp.u('x', 0, 1), pg_temp.a('x', 1, 201))),
('talk_listen_ratio', 'the user alone', '"100:0"', pg_temp.call(pg_temp.u('x', 0, 1))),
('talk_listen_ratio', 'the assistant alone', '"0:100"', pg_temp.call(pg_temp.a('x', 0, 1)));

-- words_per_minute: round(words in timed user utterances * 60000 / talk_ms).
insert into worked (key, label, hand, call) values
('words_per_minute', '2 words in 1 s: 120', '120', pg_temp.call(pg_temp.u('hello there', 0, 1000))),
('words_per_minute', '5 words in 7 s: 42.857 is 43', '43', pg_temp.call(pg_temp.u('one two three four five', 0, 7000))),
('words_per_minute', '5 words in 11 s: 27.27 is 27', '27', pg_temp.call(pg_temp.u('one two three four five', 0, 11000))),
('words_per_minute', 'no talk', '0', pg_temp.call(pg_temp.u('hello there', 9, 9))),
('words_per_minute', '[noise], ‹inaudible›, – and … are no words: 2', '120', pg_temp.call(pg_temp.u('[noise] hello – ‹inaudible› there …', 0, 1000))),
('words_per_minute', '6.5% and don''t are one each: 2', '120', pg_temp.call(pg_temp.u('6.5% don''t', 0, 1000))),
('words_per_minute', 'ideographs count one each: 2 + 1', '180', pg_temp.call(pg_temp.u('你好 Dana', 0, 1000))),
('words_per_minute', 'untimed words do not count: 2', '120', pg_temp.call(pg_temp.u('hello there', 0, 1000), pg_temp.u('three more words'))),
('words_per_minute', 'nor do the assistant''s: 2', '120', pg_temp.call(pg_temp.u('hello there', 0, 1000), pg_temp.a('three more words', 0, 1000)));

-- filler_words: the user's.
insert into worked (key, label, hand, call) values
('filler_words', 'um uh uhm er erm ah hm hmm mm: 9', '9', pg_temp.call(pg_temp.u('Um, uh, uhm, er, erm, ah, hm, hmm, mm, the rate.'))),
('filler_words', 'letters collapse: ummmm uhhh hmmmmm: 3', '3', pg_temp.call(pg_temp.u('Ummmm the uhhh rate hmmmmm.'))),
('filler_words', 'a whole utterance of backchannel has none', '0', pg_temp.call(pg_temp.u('Uh huh.'), pg_temp.u('Mhm.'))),
('filler_words', 'you know, I mean, sort of, kind of: 4', '4', pg_temp.call(pg_temp.u('You know, I mean, it is sort of low and kind of fixed.'))),
('filler_words', 'kind of after what, this, some, any, a; sort of after which, that: none', '0',
 pg_temp.call(pg_temp.u('What kind of loan? This kind of loan. Some kind of loan. Any kind of loan. A kind of loan. Which sort of loan? That sort of loan.'))),
('filler_words', 'do you know: none', '0', pg_temp.call(pg_temp.u('Do you know the rate?'))),
('filler_words', 'basically actually literally honestly: 4', '4', pg_temp.call(pg_temp.u('Basically it is actually, literally, honestly low.'))),
('filler_words', 'like between commas: 1', '1', pg_temp.call(pg_temp.u('It was, like, low.'))),
('filler_words', 'like at the start of a sentence: 1', '1', pg_temp.call(pg_temp.u('It is low. Like this one.'))),
('filler_words', 'like as a word: none', '0', pg_temp.call(pg_temp.u('I like it, it looks like rain.'))),
('filler_words', 'never so, right, well, mhm, uh-huh', '0', pg_temp.call(pg_temp.u('So, right, well, mhm, uh-huh, the rate.'))),
('filler_words', 'the assistant''s do not count', '0', pg_temp.call(pg_temp.a('Um, you know, basically.'))),
('filler_words', 'untimed ones do: um, uh: 2', '2', pg_temp.call(pg_temp.u('Um, the rate.'), pg_temp.u('Uh, the rate.', 0, 900)));

-- interruptions: the user's utterance starts strictly inside an assistant's, overlaps it by 500 ms or more, and is
-- not all backchannel.
insert into worked (key, label, hand, call) values
('interruptions', '1000 lies inside 0-3000, overlap 1000: 1', '1', pg_temp.call(pg_temp.a('x', 0, 3000), pg_temp.u('I have to go', 1000, 2000))),
('interruptions', 'overlap 1500 - 1000 = 500: 1', '1', pg_temp.call(pg_temp.a('x', 0, 1500), pg_temp.u('I have to go', 1000, 2000))),
('interruptions', 'overlap 1499 - 1000 = 499: none', '0', pg_temp.call(pg_temp.a('x', 0, 1499), pg_temp.u('I have to go', 1000, 2000))),
('interruptions', 'the user''s own length bounds it: 499', '0', pg_temp.call(pg_temp.a('x', 0, 9000), pg_temp.u('I have to go', 1000, 1499))),
('interruptions', 'the same start is not strictly inside', '0', pg_temp.call(pg_temp.a('x', 0, 3000), pg_temp.u('I have to go', 0, 2000))),
('interruptions', 'after its end', '0', pg_temp.call(pg_temp.a('x', 0, 3000), pg_temp.u('I have to go', 3000, 5000))),
('interruptions', 'all backchannel', '0', pg_temp.call(pg_temp.a('x', 0, 9000), pg_temp.u('Yeah, mhm. Ok, right.', 1000, 2000), pg_temp.u('Uh huh.', 3000, 4000))),
('interruptions', 'backchannel and more: 1', '1', pg_temp.call(pg_temp.a('x', 0, 9000), pg_temp.u('Yeah, but the rate is high.', 1000, 2000))),
('interruptions', 'at most one an utterance, two assistants under it: 1', '1', pg_temp.call(pg_temp.a('x', 0, 3000), pg_temp.a('x', 100, 3000), pg_temp.u('I have to go', 1000, 2000))),
('interruptions', 'two utterances into one: 2', '2', pg_temp.call(pg_temp.a('x', 0, 9000), pg_temp.u('I have to go', 1000, 2000), pg_temp.u('Listen to me', 5000, 6000))),
('interruptions', 'the assistant''s are not the user''s', '0', pg_temp.call(pg_temp.u('I have to go', 0, 3000), pg_temp.a('x', 1000, 2000))),
('interruptions', 'untimed: none', '0', pg_temp.call(pg_temp.a('x', 0, 9000), pg_temp.u('I have to go', 1000)));

-- questions_asked
insert into worked (key, label, hand, call) values
('questions_asked', 'two sentences end in ?: 2', '2', pg_temp.call(pg_temp.u('Who is it? It is me. What is the rate?'))),
('questions_asked', 'a run of marks is one: 1', '1', pg_temp.call(pg_temp.u('Is it that high???'))),
('questions_asked', '？ and ؟ are marks too: 2', '2', pg_temp.call(pg_temp.u('利率是多少？'), pg_temp.u('كم هو السعر؟'))),
('questions_asked', 'one-word tag: none', '0', pg_temp.call(pg_temp.u('It is low. Right?'))),
('questions_asked', 'a tag within a sentence: 1', '1', pg_temp.call(pg_temp.u('It is low, right?'))),
('questions_asked', 'unpunctuated, auxiliary and pronoun: 1', '1', pg_temp.call(pg_temp.u('do you own the house'))),
('questions_asked', 'unpunctuated, wh-word and auxiliary after so and um: 1', '1', pg_temp.call(pg_temp.u('so um what is the rate'))),
('questions_asked', 'unpunctuated, no question: none', '0', pg_temp.call(pg_temp.u('you own the house'))),
('questions_asked', 'the assistant''s do not count', '0', pg_temp.call(pg_temp.a('What is the rate?')));

-- sentiment_score: word-weighted mean of the VADER compound of the user's sentences. A compound is v / sqrt(v² + 15);
-- the lexicon has perfect 2.7, terrible -2.1, good 1.9; very adds 0.293; not multiplies by -0.74.
insert into worked (key, label, hand, call) values
('sentiment_score', '2.7 / sqrt(22.29) = 0.5719', '0.57', pg_temp.call(pg_temp.u('That is perfect.'))),
('sentiment_score', '-2.1 / sqrt(19.41) = -0.4767', '-0.48', pg_temp.call(pg_temp.u('That is terrible.'))),
('sentiment_score', '2.193 / sqrt(19.809249) = 0.4927', '0.49', pg_temp.call(pg_temp.u('That is very good.'))),
('sentiment_score', '-1.998 / sqrt(18.992004) = -0.4585', '-0.46', pg_temp.call(pg_temp.u('That is not perfect.'))),
('sentiment_score', 'words weigh: (3 * 0.5719 + 8 * 0) / 11 = 0.156', '0.16', pg_temp.call(pg_temp.u('That is perfect. We spoke about the rate on the phone.'))),
('sentiment_score', '(3 * 0.5719 - 3 * 0.4767) / 6 = 0.0476', '0.05', pg_temp.call(pg_temp.u('That is perfect.'), pg_temp.u('That is terrible.', 0, 900))),
('sentiment_score', 'discourse words are neutral', '0.0', pg_temp.call(pg_temp.u('Ok, yes, yeah, please, well, sure. I like to help.'))),
('sentiment_score', '-1.4301 / 303 = -0.0047: 0.0, not -0.0', '0.0', pg_temp.call(pg_temp.u('That is terrible. ' || repeat('rate ', 300)))),
('sentiment_score', 'the assistant''s does not count', '0.0', pg_temp.call(pg_temp.a('That is perfect.'))),
('sentiment_score', 'nothing said', '0.0', '[]');

select key, label, hand, compute_kpis(call) -> key as got, compute_kpis(call) -> key = hand as right
  from worked order by place;
-- The rows that are wrong, in short: none.
select key, label, hand, compute_kpis(call) -> key as got from worked
 where compute_kpis(call) -> key is distinct from hand order by place;
-- To the last digit: -0.0 and 0.00 would be equal to 0.0 above.
select distinct compute_kpis(call) ->> 'sentiment_score' as zeros from worked
 where key = 'sentiment_score' and hand = '0.0';

-- The eight keys and their types: integers where the specification's example shows integers.
select e.key, jsonb_typeof(e.value) as type, scale((case jsonb_typeof(e.value) when 'number' then e.value end)::numeric) = 0 as whole
  from jsonb_each(compute_kpis('[{"speaker": "user", "text": "That is perfect.", "start_ms": 0.4, "end_ms": 1700.6}]')) as e
 where e.key in ('talk_ms', 'listen_ms', 'talk_listen_ratio', 'words_per_minute', 'filler_words', 'interruptions',
                 'questions_asked', 'sentiment_score')
 order by e.key collate "C";
select pg_typeof(compute_kpis('[]')), compute_kpis(null) is null as null_for_null;

-- The short call of examples/, worked out by hand in its WORKED.md.
\set transcript `cat "$PG_ABS_SRCDIR/../../examples/short_call/transcript.json"`
\set expected `cat "$PG_ABS_SRCDIR/../../examples/short_call/expected.json"`
select e.key, e.value as hand, compute_kpis(:'transcript') -> e.key as got
  from jsonb_each(:'expected'::jsonb - 'score' - 'score_breakdown') as e order by e.key collate "C";

-- Utterances are sorted by time: in what order they stand does not matter.
select count(distinct compute_kpis(shuffled)) as results
  from (select (select jsonb_agg(u order by md5(n || u::text)) from jsonb_array_elements(:'transcript') as u) as shuffled
          from generate_series(1, 50) as n) as s;
