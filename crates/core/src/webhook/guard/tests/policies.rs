//! What settings allow beside the public internet, and settings that say nothing.

use super::*;

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
