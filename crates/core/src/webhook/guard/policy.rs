//! What the superuser's settings allow.

use std::net::IpAddr;

use ipnet::IpNet;

use super::{PolicyError, address::is_public};

/// What URLs and addresses are admitted. The default: https, port 443, public addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    allow_http: bool,
    ports: Vec<u16>,
    networks: Vec<IpNet>,
}

impl Policy {
    /// A policy from settings: whether http is allowed, ports beside 443 (and 80, where http
    /// is), and networks that are allowed though they are not public. Both lists are
    /// separated by commas, with or without spaces, and may be empty; a network is
    /// `address/prefix` without bits after its prefix, or one address.
    pub fn new(allow_http: bool, ports: &str, networks: &str) -> Result<Self, PolicyError> {
        Ok(Self {
            allow_http,
            ports: items(ports).map(port).collect::<Result<_, _>>()?,
            networks: items(networks).map(network).collect::<Result<_, _>>()?,
        })
    }

    /// Whether http is allowed, too.
    pub fn allows_http(&self) -> bool {
        self.allow_http
    }

    /// Whether a request may go to this port.
    pub fn allows_port(&self, port: u16) -> bool {
        port == 443 || (self.allow_http && port == 80) || self.ports.contains(&port)
    }

    /// Whether a request may go to this address: it is public, or in an allowed network.
    pub fn allows_address(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        is_public(address) || self.networks.iter().any(|network| network.contains(&address))
    }

    /// Whether some networks are allowed that are not public.
    pub fn allows_networks(&self) -> bool {
        !self.networks.is_empty()
    }
}

fn items(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim).filter(|item| !item.is_empty())
}

fn port(item: &str) -> Result<u16, PolicyError> {
    let port = item.parse().ok().filter(|&port| port != 0 && item.bytes().all(|byte| byte.is_ascii_digit()));
    port.ok_or_else(|| PolicyError::Port(item.into()))
}

fn network(item: &str) -> Result<IpNet, PolicyError> {
    let error = || PolicyError::Network(item.into());
    let network = match item.parse::<IpAddr>() {
        Ok(address) => IpNet::from(address),
        Err(_) => item.parse::<IpNet>().map_err(|_| error())?,
    };
    // Mapped addresses are checked as IPv4: a network of them would allow nothing.
    let is_mapped = matches!(network.addr().to_canonical(), IpAddr::V4(_)) && network.addr().is_ipv6();
    if network.addr() != network.network() || is_mapped { Err(error()) } else { Ok(network) }
}
