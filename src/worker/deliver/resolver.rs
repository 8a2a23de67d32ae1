//! Looking up receivers' names: a name is believed if all that it resolves to may be sent to, and what is connected
//! to is what was checked.

use callcoach_core::webhook::guard::{GuardError, Policy, Target};
use hickory_resolver::TokioResolver;
use hickory_resolver::config::{
    LookupIpStrategy, NameServerConfig, NameServerConfigGroup, ResolverConfig, ResolverOpts,
};
use hickory_resolver::name_server::TokioConnectionProvider;
use hickory_resolver::proto::xfer::Protocol;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// A resolver that admits what a policy admits.
pub struct Guarded {
    resolver: TokioResolver,
    policy: Arc<Policy>,
}

impl Guarded {
    /// By these name servers (as `callcoach.webhook_nameservers` writes them), or the system's.
    pub fn new(policy: Arc<Policy>, nameservers: &str) -> Result<Self, String> {
        let servers = nameservers.split(',').map(str::trim).filter(|item| !item.is_empty());
        let servers = servers.map(name_server).collect::<Result<Vec<_>, _>>()?;
        let mut builder = if servers.is_empty() {
            TokioResolver::builder_tokio().map_err(|e| format!("/etc/resolv.conf: {e}"))?
        } else {
            let group: NameServerConfigGroup =
                servers.into_iter().flat_map(both_protocols).collect::<Vec<_>>().into();
            let config = ResolverConfig::from_parts(None, vec![], group);
            TokioResolver::builder_with_config(config, TokioConnectionProvider::default())
        };
        options(builder.options_mut());
        Ok(Self { resolver: builder.build(), policy })
    }
}

/// All addresses are checked, so all are asked for.
fn options(options: &mut ResolverOpts) {
    options.ip_strategy = LookupIpStrategy::Ipv4AndIpv6;
    options.attempts = 2;
    options.timeout = std::time::Duration::from_secs(2);
    options.cache_size = 1024;
    // A name that has just been made is found soon; a receiver that moves, within five minutes.
    options.negative_max_ttl = Some(std::time::Duration::from_secs(5));
    options.positive_max_ttl = Some(std::time::Duration::from_secs(300));
}

fn name_server(item: &str) -> Result<SocketAddr, String> {
    let address = item.parse().or_else(|_| item.parse::<IpAddr>().map(|ip| SocketAddr::new(ip, 53)));
    address.map_err(|_| format!("callcoach.webhook_nameservers: \"{item}\" is not an address"))
}

fn both_protocols(address: SocketAddr) -> [NameServerConfig; 2] {
    [Protocol::Udp, Protocol::Tcp].map(|protocol| NameServerConfig::new(address, protocol))
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let (resolver, policy) = (self.resolver.clone(), Arc::clone(&self.policy));
        Box::pin(async move {
            let target = Target::parse(&format!("https://{}/", name.as_str()), &policy).map_err(Refused)?;
            let host = target.lookup_name().unwrap_or_else(|| name.as_str().to_owned());
            let found: Vec<IpAddr> = resolver.lookup_ip(host).await?.iter().collect();
            let admitted = target.admit(&found, &policy).map_err(Refused)?;
            // Port 0: the request's own.
            let addresses: Vec<_> = admitted.as_slice().iter().map(|a| SocketAddr::new(a.ip(), 0)).collect();
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

/// The guard's refusal, on its way through the client.
#[derive(Debug)]
pub struct Refused(pub GuardError);

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.message())
    }
}

impl std::error::Error for Refused {}
