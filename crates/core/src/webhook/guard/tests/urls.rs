//! Which URLs are taken, how they are sent, and what is told of those that are not.

use url::ParseError;

use super::*;

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
