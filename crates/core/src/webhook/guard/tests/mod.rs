//! The guard against server-side request forgery.

mod answers;
mod blocks;
mod policies;
mod urls;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

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
