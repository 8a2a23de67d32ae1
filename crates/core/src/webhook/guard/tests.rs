use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use proptest::prelude::*;
use url::ParseError;

use super::address::{V4, V6};
use super::*;
use crate::webhook::delivery::Outcome;

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn ips(texts: &[&str]) -> Vec<IpAddr> {
    texts.iter().map(|text| ip(text)).collect()
}

fn policy(allow_http: bool, ports: &str, networks: &str) -> Policy {
    Policy::new(allow_http, ports, networks).unwrap()
}

fn parse(url: &str) -> Result<Target, GuardError> {
    Target::parse(url, &Policy::default())
}

/// The address that a URL's host is, which must be refused.
fn refused_address(url: &str) -> String {
    match parse(url) {
        Err(GuardError::Address(address)) => address.to_string(),
        other => panic!("{url}: {other:?}"),
    }
}

#[test]
fn urls_that_pass_and_how_they_are_sent() {
    for (url, authority, sent) in [
        ("https://hooks.example.com", "hooks.example.com", "/"),
        ("https://hooks.example.com/", "hooks.example.com", "/"),
        ("HTTPS://Hooks.EXAMPLE.com/In", "hooks.example.com", "/In"),
        ("https://hooks.example.com:443/in", "hooks.example.com", "/in"),
        ("https://hooks.example.com/in?key=a&b=%20#part", "hooks.example.com", "/in?key=a&b=%20"),
        ("https://hooks.example.com?key=1", "hooks.example.com", "/?key=1"),
        ("https://hooks.example.com#part", "hooks.example.com", "/"),
        ("https://hooks.example.com/a/../b/./c", "hooks.example.com", "/b/c"),
        ("https://hooks.example.com/@user:x", "hooks.example.com", "/@user:x"),
        ("https://hooks.example.com/?a=b@c", "hooks.example.com", "/?a=b@c"),
        ("https://hooks.example.com/é", "hooks.example.com", "/%C3%A9"),
        ("https://bücher.example/in", "xn--bcher-kva.example", "/in"),
        ("https://ｈooks。example.com/in", "hooks.example.com", "/in"),
        ("https://%68ooks.example.com/in", "hooks.example.com", "/in"),
        ("https://a_b.example.com/in", "a_b.example.com", "/in"),
        ("https://notlocal.example/in", "notlocal.example", "/in"),
        ("https://localhost.example.com/in", "localhost.example.com", "/in"),
        ("https://mylocal.mylocalhost/in", "mylocal.mylocalhost", "/in"),
        ("https://10.0.0.1.example.com/in", "10.0.0.1.example.com", "/in"),
        ("https://8.8.8.8/in", "8.8.8.8", "/in"),
        ("https://134744072/in", "8.8.8.8", "/in"),
        ("https://0x08080808/in", "8.8.8.8", "/in"),
        ("https://010.010.010.010/in", "8.8.8.8", "/in"),
        ("https://8.8.8.8./in", "8.8.8.8", "/in"),
        ("https://[2606:4700:4700::1111]/in", "[2606:4700:4700::1111]", "/in"),
        ("https://[2606:4700:4700:0:0:0:0:1111]:443/in", "[2606:4700:4700::1111]", "/in"),
    ] {
        let target = parse(url).unwrap_or_else(|error| panic!("{url}: {error:?}"));
        assert_eq!((target.authority(), target.path_and_query()), (authority, sent), "{url}");
        assert_eq!(target.as_str(), format!("https://{authority}{sent}"));
        assert_eq!(target.origin(), format!("https://{authority}"));
        assert_eq!((target.port(), target.is_https()), (443, true));
        assert_eq!(target.host(), authority.trim_matches(['[', ']']));
        // What was parsed is parsed the same.
        assert_eq!(parse(target.as_str()), Ok(target));
    }
}

#[test]
fn hosts_that_are_private_addresses_in_every_spelling() {
    for (host, address) in [
        ("127.0.0.1", "127.0.0.1"),
        ("127.1", "127.0.0.1"),
        ("127.0.1", "127.0.0.1"),
        ("127.0.0.1.", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("0x7f000001", "127.0.0.1"),
        ("0X7F.1", "127.0.0.1"),
        ("0x7f.0x0.0x0.0x1", "127.0.0.1"),
        ("017700000001", "127.0.0.1"),
        ("0177.0.0.1", "127.0.0.1"),
        ("0177.0x0.0.01", "127.0.0.1"),
        ("0000177.0.0.1", "127.0.0.1"),
        ("%31%32%37.0.0.1", "127.0.0.1"),
        ("%30x7f.1", "127.0.0.1"),
        ("１２７.０.０.１", "127.0.0.1"),
        ("①②⑦.⓪.⓪.①", "127.0.0.1"),
        ("127。0。0。1", "127.0.0.1"),
        ("127．0｡0.1", "127.0.0.1"),
        ("0", "0.0.0.0"),
        ("0.0.0.0", "0.0.0.0"),
        ("0x0", "0.0.0.0"),
        ("0x", "0.0.0.0"),
        ("10.0.0.1", "10.0.0.1"),
        ("10.1", "10.0.0.1"),
        ("012.1", "10.0.0.1"),
        ("167772161", "10.0.0.1"),
        ("100.64.0.1", "100.64.0.1"),
        ("169.254.169.254", "169.254.169.254"),
        ("2852039166", "169.254.169.254"),
        ("0xa9fea9fe", "169.254.169.254"),
        ("0251.0376.0251.0376", "169.254.169.254"),
        ("172.31.255.255", "172.31.255.255"),
        ("192.168.1", "192.168.0.1"),
        ("168.63.129.16", "168.63.129.16"),
        ("255.255.255.255", "255.255.255.255"),
        ("4294967295", "255.255.255.255"),
        ("[::]", "::"),
        ("[::1]", "::1"),
        ("[0:0:0:0:0:0:0:1]", "::1"),
        ("[::127.0.0.1]", "::7f00:1"),
        ("[::ffff:127.0.0.1]", "127.0.0.1"),
        ("[::ffff:7f00:1]", "127.0.0.1"),
        ("[::FFFF:10.0.0.1]", "10.0.0.1"),
        ("[0:0:0:0:0:ffff:a9fe:a9fe]", "169.254.169.254"),
        ("[::ffff:0:127.0.0.1]", "::ffff:0:7f00:1"),
        ("[64:ff9b::10.0.0.1]", "64:ff9b::a00:1"),
        ("[64:ff9b::8.8.8.8]", "64:ff9b::808:808"),
        ("[64:ff9b:1::1]", "64:ff9b:1::1"),
        ("[2002:7f00:1::]", "2002:7f00:1::"),
        ("[2002:a00:1::1]", "2002:a00:1::1"),
        ("[2001::1]", "2001::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("[3fff::1]", "3fff::1"),
        ("[5f00::1]", "5f00::1"),
        ("[100::1]", "100::1"),
        ("[fc00::1]", "fc00::1"),
        ("[fd00:ec2::254]", "fd00:ec2::254"),
        ("[fe80::1]", "fe80::1"),
        ("[febf::1]", "febf::1"),
        ("[fec0::1]", "fec0::1"),
        ("[ff02::1]", "ff02::1"),
    ] {
        assert_eq!(refused_address(&format!("https://{host}/in")), address, "{host}");
        assert_eq!(refused_address(&format!("https://{host}:443?x#y")), address, "{host}");
    }
}

#[test]
fn urls_that_are_refused() {
    use GuardError::{Character, Credentials, Http, Malformed, Port, Scheme, TrailingDot};
    for (url, error) in [
        ("", Scheme),
        ("hooks.example.com", Scheme),
        ("//hooks.example.com", Scheme),
        ("https:hooks.example.com", Scheme),
        ("https:/hooks.example.com", Scheme),
        ("https:///hooks.example.com", Scheme),
        ("https://", Scheme),
        ("https://?", Scheme),
        ("https://#", Scheme),
        ("ftp://hooks.example.com", Scheme),
        ("file:///etc/passwd", Scheme),
        ("gopher://hooks.example.com:443/", Scheme),
        ("ws://hooks.example.com", Scheme),
        ("javascript://hooks.example.com/", Scheme),
        ("httpss://hooks.example.com", Scheme),
        ("blob:https://hooks.example.com", Scheme),
        ("user:secret", Scheme),
        ("http://hooks.example.com", Http),
        ("http://hooks.example.com:443", Http),
        ("https://user@hooks.example.com", Credentials),
        ("https://user:secret@hooks.example.com", Credentials),
        ("https://:secret@hooks.example.com", Credentials),
        ("https://@hooks.example.com", Credentials),
        ("https://:@hooks.example.com", Credentials),
        ("https://hooks.example.com@127.0.0.1", Credentials),
        ("https://hooks.example.com:443@127.0.0.1/", Credentials),
        ("https://127.0.0.1#@hooks.example.com", GuardError::Address(ip("127.0.0.1"))),
        ("https://127.0.0.1?@hooks.example.com", GuardError::Address(ip("127.0.0.1"))),
        ("https://hooks.example.com:80", Port(80)),
        ("https://hooks.example.com:8443", Port(8443)),
        ("https://hooks.example.com:22", Port(22)),
        ("https://hooks.example.com:0", Port(0)),
        ("https://hooks.example.com:65536", Malformed(ParseError::InvalidPort)),
        ("https://hooks.example.com:4e2", Malformed(ParseError::InvalidPort)),
        ("https://hooks.example.com:-1", Malformed(ParseError::InvalidPort)),
        (" https://hooks.example.com", Character(' ')),
        ("https://hooks.example.com ", Character(' ')),
        ("https://hooks.example.com/a b", Character(' ')),
        ("https://hooks.example.com\n", Character('\n')),
        ("ht\ttps://hooks.example.com", Character('\t')),
        ("https://hooks.exa\r\nmple.com", Character('\r')),
        ("https://hooks.example.com/\0", Character('\0')),
        ("https://hooks.example.com/\u{7f}", Character('\u{7f}')),
        ("https://hooks.example.com/\u{85}", Character('\u{85}')),
        ("https://hooks.example.com/\u{3000}", Character('\u{3000}')),
        ("https:\\\\hooks.example.com", Character('\\')),
        ("https://127.0.0.1\\@hooks.example.com", Character('\\')),
        ("https://hooks.example.com.", TrailingDot),
        ("https://localhost.", TrailingDot),
        ("https://hooks.example.com%2e", TrailingDot),
        ("https://hooks.example.com。", TrailingDot),
        ("https://256.0.0.1", Malformed(ParseError::InvalidIpv4Address)),
        ("https://1.2.3.4.5", Malformed(ParseError::InvalidIpv4Address)),
        ("https://4294967296", Malformed(ParseError::InvalidIpv4Address)),
        ("https://127.0.0.0x100", Malformed(ParseError::InvalidIpv4Address)),
        ("https://08.8.8.8", Malformed(ParseError::InvalidIpv4Address)),
        ("https://[fe80::1%25eth0]", Malformed(ParseError::InvalidIpv6Address)),
        ("https://[fe80::1%eth0]", Malformed(ParseError::InvalidIpv6Address)),
        ("https://[::1", Malformed(ParseError::InvalidIpv6Address)),
        ("https://[127.0.0.1]", Malformed(ParseError::InvalidIpv6Address)),
        ("https://[::ffff:127.1]", Malformed(ParseError::InvalidIpv6Address)),
        ("https://:443", Malformed(ParseError::EmptyHost)),
        ("https://hooks<.example.com", Malformed(ParseError::IdnaError)),
        ("https://hooks%00.example.com", Malformed(ParseError::IdnaError)),
        ("https://hooks%20.example.com", Malformed(ParseError::IdnaError)),
        ("https://hooks%2fexample.com", Malformed(ParseError::IdnaError)),
        ("https://hooks%40example.com", Malformed(ParseError::IdnaError)),
    ] {
        assert_eq!(parse(url), Err(error), "{url:?}");
    }
}

#[test]
fn names_of_private_networks() {
    for name in [
        "localhost",
        "LOCALHOST",
        "Localhost",
        "foo.localhost",
        "a.b.localhost",
        "localhost.localdomain",
        "printer.local",
        "metadata.google.internal",
        "metadata",
        "db",
        "kubernetes",
        "com",
        "router.home.arpa",
        "ｌocalhost",
        "%6cocalhost",
        "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
    ] {
        let error = parse(&format!("https://{name}/in")).unwrap_err();
        assert!(matches!(error, GuardError::PrivateName(_)), "{name}: {error:?}");
        // Where networks are allowed, such names may lead there; the answers decide.
        let policy = policy(false, "", "10.0.0.0/8");
        let target = Target::parse(&format!("https://{name}/in"), &policy).unwrap();
        assert!(target.admit(&ips(&["127.0.0.1"]), &policy).is_err());
        assert!(target.admit(&ips(&["10.1.2.3"]), &policy).is_ok());
    }
    let label = "a".repeat(64);
    let long = "abcdefg.".repeat(32);
    for name in ["a..example.com", ".example.com", &format!("{label}.example.com"), &format!("{long}com")] {
        let error = parse(&format!("https://{name}/in")).unwrap_err();
        assert!(matches!(error, GuardError::MalformedName(_)), "{name}: {error:?}");
    }
    assert!(parse(&format!("https://{}.example.com", &label[1..])).is_ok());
    assert!(parse(&format!("https://{}", &long[3..].trim_matches('.'))).is_ok());
}

#[test]
fn the_longest_url() {
    let url = |path: usize| format!("https://a.example/{}", "x".repeat(path - 18));
    assert!(parse(&url(2048)).is_ok());
    assert_eq!(parse(&url(2049)), Err(GuardError::TooLong(2049)));
    // As it is sent, too: é is two bytes here and six there.
    let encoded = format!("https://a.example/{}", "é".repeat(400));
    assert_eq!(parse(&encoded), Err(GuardError::TooLong(2418)));
    assert_eq!(parse(&"x".repeat(10_000_000)), Err(GuardError::TooLong(10_000_000)));
}

#[test]
fn a_policy_for_http_and_ports() {
    let policy = policy(true, "8080, 8443,", "");
    for (url, port, authority) in [
        ("http://a.example/", 80, "a.example"),
        ("http://a.example:80/", 80, "a.example"),
        ("https://a.example:80/", 80, "a.example:80"),
        ("http://a.example:443/", 443, "a.example:443"),
        ("http://a.example:8080/", 8080, "a.example:8080"),
        ("https://a.example:8443/", 8443, "a.example:8443"),
    ] {
        let target = Target::parse(url, &policy).unwrap();
        assert_eq!((target.port(), target.authority()), (port, authority), "{url}");
        let admitted = target.admit(&ips(&["8.8.8.8"]), &policy).unwrap();
        assert_eq!(admitted.as_slice(), [SocketAddr::new(ip("8.8.8.8"), port)]);
    }
    assert_eq!(Target::parse("http://a.example:81/", &policy), Err(GuardError::Port(81)));
    assert_eq!(Target::parse("http://127.0.0.1/", &policy), Err(GuardError::Address(ip("127.0.0.1"))));
}

#[test]
fn a_policy_that_allows_networks() {
    let policy = policy(true, "8080", "127.0.0.1, ::1/128, fd00::/8,192.168.4.0/24");
    for host in ["127.0.0.1", "[::1]", "[fd12::1]", "192.168.4.255", "0x7f.1", "[::ffff:127.0.0.1]"] {
        assert!(Target::parse(&format!("http://{host}:8080/"), &policy).is_ok(), "{host}");
    }
    for host in ["127.0.0.2", "192.168.5.0", "[fc00::1]", "[::2]", "[::127.0.0.1]", "10.0.0.1"] {
        let error = Target::parse(&format!("http://{host}:8080/"), &policy).unwrap_err();
        assert!(matches!(error, GuardError::Address(_)), "{host}: {error:?}");
    }
    let target = Target::parse("http://a.example:8080/", &policy).unwrap();
    assert!(target.admit(&ips(&["127.0.0.1", "8.8.8.8", "::1"]), &policy).is_ok());
    assert!(target.admit(&ips(&["127.0.0.1", "127.0.0.2"]), &policy).is_err());
}

#[test]
fn malformed_policies() {
    for ports in ["0", "-1", "65536", "http", "80 443", "+80", "8_0", "1.5"] {
        let error = Policy::new(false, ports, "").unwrap_err();
        assert_eq!(error, PolicyError::Port(ports.into()));
    }
    for networks in [
        "10.0.0.0/33",
        "10.0.0.1/8",
        "10/8",
        "localhost",
        "10.0.0.0/",
        "/8",
        "fe80::1%eth0",
        "::1/129",
        "010.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:10.0.0.0/104",
        "10.0.0.1 10.0.0.2",
    ] {
        let error = Policy::new(false, "", networks).unwrap_err();
        assert_eq!(error, PolicyError::Network(networks.into()));
        assert!(error.message().contains(networks) && !error.hint().is_empty());
    }
    assert_eq!(policy(false, " , ,", " ,"), Policy::default());
}

#[test]
fn every_answer_is_checked() {
    let target = parse("https://a.example/").unwrap();
    let admit = |answers: &[&str]| target.admit(&ips(answers), &Policy::default());
    let addresses = |answers: &[&str]| {
        admit(answers).unwrap().as_slice().iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(addresses(&["8.8.8.8"]), ["8.8.8.8:443"]);
    assert_eq!(addresses(&["2606::1", "8.8.8.8", "2606::1"]), ["[2606::1]:443", "8.8.8.8:443"]);
    assert_eq!(addresses(&["::ffff:8.8.8.8", "8.8.8.8"]), ["8.8.8.8:443"]);
    assert_eq!(admit(&[]), Err(GuardError::NoAnswer));
    for bad in
        ["10.0.0.1", "127.0.0.1", "0.0.0.0", "::ffff:192.168.0.1", "::1", "fe80::1", "64:ff9b::8.8.8.8"]
    {
        let refused = Err(GuardError::Answer(ip(bad).to_canonical()));
        assert_eq!(admit(&[bad]), refused);
        assert_eq!(admit(&["8.8.8.8", bad]), refused);
        assert_eq!(admit(&[bad, "8.8.8.8"]), refused);
    }
    // Those that would not be tried are checked all the same.
    let many: Vec<IpAddr> = (1..=200).map(|last| Ipv4Addr::new(8, 8, 8, last).into()).collect();
    assert_eq!(target.admit(&many, &Policy::default()).unwrap().as_slice().len(), MAX_ADDRESSES);
    let last = [&many[..], &ips(&["10.0.0.1"])].concat();
    assert!(target.admit(&last, &Policy::default()).is_err());
}

#[test]
fn an_address_needs_no_answer_and_takes_none() {
    for answers in [&[][..], &["10.0.0.1"], &["9.9.9.9"]] {
        let target = parse("https://[::ffff:8.8.8.8]/").unwrap();
        assert_eq!(target.lookup_name(), None);
        let admitted = target.admit(&ips(answers), &Policy::default()).unwrap();
        assert_eq!(admitted.as_slice(), ["8.8.8.8:443".parse().unwrap()]);
    }
    // Allowed when it was stored, and no longer.
    let allowed = policy(false, "", "127.0.0.1");
    let target = Target::parse("https://127.0.0.1/", &allowed).unwrap();
    assert_eq!(target.admit(&[], &Policy::default()), Err(GuardError::Address(ip("127.0.0.1"))));
}

/// A resolver that gives another answer each time it is asked.
struct Resolver {
    answers: VecDeque<Vec<IpAddr>>,
    asked: Vec<String>,
}

impl Resolver {
    fn look_up(&mut self, name: &str) -> Vec<IpAddr> {
        self.asked.push(name.into());
        self.answers.pop_front().unwrap()
    }
}

/// An attempt as the worker makes it: what can be connected to is what was admitted.
fn connect(url: &str, resolver: &mut Resolver) -> Result<SocketAddr, GuardError> {
    let policy = Policy::default();
    let target = Target::parse(url, &policy)?;
    let answers = target.lookup_name().map(|name| resolver.look_up(&name)).unwrap_or_default();
    let admitted: Admitted = target.admit(&answers, &policy)?;
    Ok(admitted.as_slice()[0])
}

#[test]
fn a_resolver_that_changes_its_answers_gains_nothing() {
    let (public, private) = (ips(&["8.8.8.8"]), ips(&["127.0.0.1"]));
    let mut resolver = Resolver {
        answers: [&public, &private, &public, &private].map(Clone::clone).into(),
        asked: Vec::new(),
    };
    let attempts: Vec<_> = (0..4).map(|_| connect("https://rebind.example/in", &mut resolver)).collect();
    let good = Ok(SocketAddr::new(public[0], 443));
    let bad = Err(GuardError::Answer(private[0]));
    assert_eq!(attempts, [good.clone(), bad.clone(), good, bad]);
    assert_eq!(resolver.asked, ["rebind.example."; 4], "one look-up an attempt");
    // Hosts that are addresses are never looked up.
    assert!(connect("https://0x08080808/", &mut resolver).is_ok());
    assert!(connect("https://2130706433/", &mut resolver).is_err());
    assert_eq!(resolver.asked.len(), 4);
}

#[test]
fn no_message_shows_what_may_be_secret() {
    for url in [
        "https://alice:hunter2@a.example/in?key=hunter2",
        "https://alice:hunter2@:443/hunter2",
        "http://a.example/hunter2?key=hunter2",
        "https://a.example:99/hunter2?key=hunter2",
        "https://[::1]/hunter2?key=hunter2",
        "https://[::1/hunter2?key=hunter2",
        "https://localhost/hunter2?key=hunter2",
        "https://a.example:x/hunter2?key=hunter2",
        "hunter2://a.example/?hunter2",
        "hunter2",
        "https://a.example/hunter2 hunter2",
        "https://a..example/hunter2",
    ] {
        let error = parse(url).unwrap_err();
        for text in [error.message(), error.hint().into(), format!("{error:?}")] {
            assert!(!text.contains("hunter2") && !text.contains("alice") && !text.contains('\n'), "{text}");
        }
        assert!(!error.message().ends_with('.') && error.hint().ends_with('.'));
        assert_eq!(error.outcome(), Outcome::Refused);
    }
    let target = parse("https://a.example/hunter2?key=hunter2").unwrap();
    assert_eq!(format!("{target:?}"), r#"Target("https://a.example")"#);
    // Where a name leads is the server's business.
    assert!(!GuardError::Answer(ip("10.9.8.7")).message().contains("10.9.8.7"));
    assert_eq!(GuardError::NoAnswer.outcome(), Outcome::Dns);
}

/// The definition once more, as its text has it: every block with the first and last address,
/// and the public neighbours, where there are any.
const BLOCKS: [(&str, &str, &str, &str); 29] = [
    ("", "0.0.0.0", "0.255.255.255", "1.0.0.0"),
    ("9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0"),
    ("100.63.255.255", "100.64.0.0", "100.127.255.255", "100.128.0.0"),
    ("126.255.255.255", "127.0.0.0", "127.255.255.255", "128.0.0.0"),
    ("168.63.129.15", "168.63.129.16", "168.63.129.16", "168.63.129.17"),
    ("169.253.255.255", "169.254.0.0", "169.254.255.255", "169.255.0.0"),
    ("172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0"),
    ("191.255.255.255", "192.0.0.0", "192.0.0.255", "192.0.1.0"),
    ("192.0.1.255", "192.0.2.0", "192.0.2.255", "192.0.3.0"),
    ("192.88.98.255", "192.88.99.0", "192.88.99.255", "192.88.100.0"),
    ("192.167.255.255", "192.168.0.0", "192.168.255.255", "192.169.0.0"),
    ("198.17.255.255", "198.18.0.0", "198.19.255.255", "198.20.0.0"),
    ("198.51.99.255", "198.51.100.0", "198.51.100.255", "198.51.101.0"),
    ("203.0.112.255", "203.0.113.0", "203.0.113.255", "203.0.114.0"),
    ("223.255.255.255", "224.0.0.0", "255.255.255.255", ""),
    ("", "::", "::ffff:ffff", "::1:0:0"),
    ("::fffe:ffff:ffff:ffff", "::ffff:0:0:0", "::ffff:0:ffff:ffff", "::ffff:1:0:0"),
    ("64:ff9a:ffff:ffff:ffff:ffff:ffff:ffff", "64:ff9b::", "64:ff9b::ffff:ffff", "64:ff9b::1:0:0"),
    (
        "64:ff9b:0:ffff:ffff:ffff:ffff:ffff",
        "64:ff9b:1::",
        "64:ff9b:1:ffff:ffff:ffff:ffff:ffff",
        "64:ff9b:2::",
    ),
    ("ff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "100::", "100::ffff:ffff:ffff:ffff", "100:0:0:1::"),
    ("2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2001::", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff", "2001:1::"),
    ("2001:1:ffff:ffff:ffff:ffff:ffff:ffff", "2001:2::", "2001:2:0:ffff:ffff:ffff:ffff:ffff", "2001:2:1::"),
    (
        "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff",
        "2001:db8::",
        "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
        "2001:db9::",
    ),
    (
        "2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "2002::",
        "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "2003::",
    ),
    (
        "3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "3fff::",
        "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff",
        "3fff:1000::",
    ),
    (
        "5eff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "5f00::",
        "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "5f01::",
    ),
    (
        "fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "fc00::",
        "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "fe00::",
    ),
    ("fe7f:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fe80::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ""),
    ("", "ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ""),
];

#[test]
fn the_borders_of_every_block() {
    for (before, first, last, after) in BLOCKS {
        for inside in [first, last] {
            assert!(!is_public(ip(inside)), "{inside}");
        }
        for outside in [before, after].into_iter().filter(|outside| !outside.is_empty()) {
            assert!(is_public(ip(outside)), "{outside}");
        }
        // The neighbours are the neighbours.
        let number = |text: &str| match ip(text) {
            IpAddr::V4(address) => u128::from(u32::from(address)),
            IpAddr::V6(address) => u128::from(address),
        };
        assert!(before.is_empty() || number(before) + 1 == number(first), "{before}");
        assert!(after.is_empty() || number(last) + 1 == number(after), "{after}");
    }
}

fn v4() -> impl Strategy<Value = Ipv4Addr> {
    any::<u32>().prop_map(Ipv4Addr::from)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn every_address_of_a_block_is_refused(block in prop::sample::select(&BLOCKS[..]), bits: u128) {
        let address: IpAddr = match (ip(block.1), ip(block.2)) {
            (IpAddr::V4(first), IpAddr::V4(last)) => {
                let (first, last) = (u32::from(first), u32::from(last));
                Ipv4Addr::from(first + (bits % (u128::from(last - first) + 1)) as u32).into()
            }
            (IpAddr::V6(first), IpAddr::V6(last)) => {
                let (first, last) = (u128::from(first), u128::from(last));
                Ipv6Addr::from(first + bits % (last - first + 1)).into()
            }
            _ => unreachable!(),
        };
        prop_assert!(!is_public(address));
        let target = parse("https://a.example/").unwrap();
        prop_assert!(target.admit(&[ip("8.8.8.8"), address], &Policy::default()).is_err());
        let url = if address.is_ipv6() { format!("https://[{address}]/") } else { format!("https://{address}/") };
        prop_assert!(matches!(parse(&url), Err(GuardError::Address(_))));
    }

    #[test]
    fn an_ipv4_address_is_judged_alike_in_all_its_spellings(address in v4()) {
        let public = is_public(address.into());
        prop_assert_eq!(is_public(address.to_ipv6_mapped().into()), public);
        let [a, b, c, d] = address.octets();
        let number = u32::from(address);
        for host in [
            format!("{number}"),
            format!("0x{number:x}"),
            format!("0{number:o}"),
            format!("0{a:o}.0x{b:x}.{}", u32::from(c) * 256 + u32::from(d)),
            format!("{a}.{}", number & 0xff_ffff),
            format!("[::ffff:{address}]"),
        ] {
            let parsed = parse(&format!("https://{host}/"));
            prop_assert_eq!(parsed.is_ok(), public, "{}", host);
        }
        // Inside other addresses, too, wherever a translator may take it out.
        for carrier in [
            format!("[::{address}]"), format!("[64:ff9b::{address}]"), format!("[::ffff:0:{address}]"),
            format!("[2002:{:x}:{:x}::1]", number >> 16, number & 0xffff),
        ] {
            prop_assert!(parse(&format!("https://{carrier}/")).is_err(), "{}", carrier);
        }
    }

    #[test]
    fn what_is_in_no_block_is_public(address: u128, v4 in v4()) {
        let blocked = |address: &IpAddr| {
            BLOCKS.iter().any(|(_, first, last, _)| {
                let (first, last) = (ip(first), ip(last));
                first.is_ipv4() == address.is_ipv4() && (first..=last).contains(address)
            })
        };
        for address in [IpAddr::from(v4), Ipv6Addr::from(address).to_canonical()] {
            prop_assert_eq!(is_public(address), !blocked(&address));
        }
    }

    #[test]
    fn whatever_the_text_is_nothing_private_is_admitted(
        url in "https?://[0-9a-fx.:@%\\[\\]#?/-]{1,20}(:[0-9]{1,5})?/.{0,5}|https://\\PC{0,30}|.*",
        answers: Vec<u128>,
    ) {
        let answers: Vec<_> = answers.into_iter().map(|bits| IpAddr::from(Ipv6Addr::from(bits))).collect();
        match parse(&url) {
            Err(error) => prop_assert!(!error.message().is_empty()),
            Ok(target) => {
                prop_assert!(target.is_https() && target.port() == 443);
                if let Ok(admitted) = target.admit(&answers, &Policy::default()) {
                    prop_assert!(!admitted.as_slice().is_empty());
                    prop_assert!(admitted.as_slice().iter().all(|address| is_public(address.ip())));
                }
                prop_assert_eq!(parse(target.as_str()), Ok(target.clone()));
            }
        }
    }
}

#[test]
fn blocks_are_aligned() {
    assert!(V4.iter().all(|block| block.addr() == block.network()));
    assert!(V6.iter().all(|block| block.addr() == block.network()));
}
