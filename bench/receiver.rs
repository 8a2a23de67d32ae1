//! A receiver of webhooks for the benchmark, and what it can take: keep-alive, a thread for each connection, no
//! dependency. Built by scripts/bench.sh with rustc.
//!
//!   receiver serve PORT               POST /ok answers at once, /slow/MS after so long, /hang never, /huge with 1 GB.
//!                                     GET /stats tells what came, and begins anew: requests, different webhook-ids,
//!                                     and p50, p99 and max of the milliseconds since "sent_at":SECONDS in the body.
//!   receiver load PORT CLIENTS SECONDS BYTES    posts to /ok as fast as it is answered; prints requests a second.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

#[derive(Default)]
struct Seen {
    requests: u64,
    ids: HashSet<String>,
    latencies: Vec<f64>,
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let number = |n: usize| args[n].parse::<u64>().expect("a number");
    match args[0].as_str() {
        "serve" => serve(number(1) as u16),
        "load" => load(number(1) as u16, number(2), Duration::from_secs(number(3)), number(4) as usize),
        other => panic!("{other}: serve or load"),
    }
}

fn serve(port: u16) {
    let listener = TcpListener::bind(("127.0.0.1", port)).expect("the port");
    let seen = Arc::new(Mutex::new(Seen::default()));
    for stream in listener.incoming().flatten() {
        let seen = Arc::clone(&seen);
        thread::Builder::new().stack_size(128 * 1024).spawn(move || answer_all(stream, &seen)).expect("a thread");
    }
}

/// Method, path, the header's value, body; None at the connection's end.
fn request(reader: &mut BufReader<TcpStream>, header: &str) -> Option<(String, String, String, Vec<u8>)> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|&n| n > 0)?;
    let mut words = line.split(' ');
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let (mut length, mut value) = (0, String::new());
    loop {
        line.clear();
        reader.read_line(&mut line).ok().filter(|&n| n > 0)?;
        let Some((name, text)) = line.trim_end().split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = text.trim().parse().ok()?;
        } else if name.eq_ignore_ascii_case(header) {
            value = text.trim().to_owned();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((method, path, value, body))
}

fn answer_all(stream: TcpStream, seen: &Mutex<Seen>) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let mut writer = stream.try_clone().ok()?;
    let mut reader = BufReader::new(stream);
    loop {
        let (method, path, id, body) = request(&mut reader, "webhook-id")?;
        if method == "GET" {
            let text = stats(&mut *seen.lock().ok()?);
            write!(writer, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{text}", text.len()).ok()?;
            continue;
        }
        let latency = sent_at(&body).map(|at| (now() - at) * 1e3);
        {
            let mut seen = seen.lock().ok()?;
            seen.requests += 1;
            seen.latencies.extend(latency);
            if !id.is_empty() {
                seen.ids.insert(id);
            }
        }
        if path == "/hang" {
            thread::sleep(Duration::from_secs(3600));
        } else if let Some(ms) = path.strip_prefix("/slow/").and_then(|ms| ms.parse().ok()) {
            thread::sleep(Duration::from_millis(ms));
        }
        if path == "/huge" {
            write!(writer, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", 1u64 << 30).ok()?;
            let piece = vec![b'x'; 1 << 16];
            // Until nobody reads any more.
            (0..1 << 14).try_for_each(|_| writer.write_all(&piece)).ok()?;
            continue;
        }
        writer.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").ok()?;
    }
}

fn sent_at(body: &[u8]) -> Option<f64> {
    let text = std::str::from_utf8(body).ok()?;
    let (_, rest) = text.split_once("\"sent_at\":")?;
    let rest = rest.trim_start();
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    rest[..end].parse().ok()
}

fn now() -> f64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("a time after 1970").as_secs_f64()
}

fn stats(seen: &mut Seen) -> String {
    let Seen { requests, ids, mut latencies } = std::mem::take(seen);
    latencies.sort_by(f64::total_cmp);
    let at = |part: f64| latencies.get(((latencies.len() as f64 * part) as usize).min(latencies.len().max(1) - 1));
    let ms = |part| at(part).map_or("-".into(), |ms| format!("{ms:.3}"));
    format!("{requests} {} {} {} {}\n", ids.len(), ms(0.5), ms(0.99), ms(1.0))
}

fn load(port: u16, clients: u64, time: Duration, bytes: usize) {
    let body = "x".repeat(bytes);
    let message = format!("POST /ok HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\ncontent-length: {bytes}\r\n\r\n{body}");
    let end = Instant::now() + time;
    let threads: Vec<_> = (0..clients)
        .map(|_| {
            let message = message.clone();
            thread::spawn(move || {
                let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("the receiver");
                stream.set_nodelay(true).expect("a socket");
                let (mut done, mut answer) = (0u64, [0; 256]);
                while Instant::now() < end {
                    stream.write_all(message.as_bytes()).expect("the receiver");
                    let _ = stream.read(&mut answer).expect("an answer");
                    done += 1;
                }
                done
            })
        })
        .collect();
    let done: u64 = threads.into_iter().map(|thread| thread.join().expect("a client")).sum();
    println!("{:.0}", done as f64 / time.as_secs_f64());
}
