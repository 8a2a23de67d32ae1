//! What names resolve to: all of it is checked, and nothing else is connected to.

use std::collections::VecDeque;

use super::*;

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
