#!/usr/bin/perl
# A receiver of webhooks for the demo, of Perl's own modules: receiver.pl PORTFILE PATH=SECRET…
# It writes its port to PORTFILE, verifies both signatures by itself, and says what came. Of each path the first
# request of an event is refused with 503 where the path begins with /busy, so that there is a retry to be seen.
use strict;
use warnings;
use Digest::SHA qw(hmac_sha256 hmac_sha256_hex);
use IO::Socket::INET;
use MIME::Base64 qw(encode_base64 decode_base64);

$| = 1;
my $port_file = shift;
my %secrets = map { split /=/, $_, 2 } @ARGV;
my $server = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => 0, Listen => 64, ReuseAddr => 1)
    or die "cannot listen: $!\n";
open my $file, '>', "$port_file.new" or die "$port_file: $!\n";
print $file $server->sockport, "\n";
close $file;
rename "$port_file.new", $port_file or die "$port_file: $!\n";

my %seen;
my $count = 0;
while (my $client = $server->accept) {
    my ($line, %headers, $body) = (scalar <$client>);
    next unless defined $line;
    while (defined(my $header = <$client>)) {
        $header =~ s/\r?\n$//;
        last if $header eq '';
        $headers{lc $1} = $2 if $header =~ /^([^:]+):\s*(.*)$/;
    }
    read $client, $body, $headers{'content-length'} // 0;
    my ($path) = $line =~ /^POST (\S+)/ or next;
    my $times = ++$seen{"$path $headers{'webhook-id'}"};
    my $answer = $path =~ m{^/busy} && $times == 1 ? '503 Service Unavailable' : '200 OK';
    print $client "HTTP/1.1 $answer\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    close $client;

    # As docs/webhooks.md says: the key is what whsec_ encodes, or the secret itself; that of the hexadecimal one is
    # the whole secret.
    my $secret = $secrets{$path} // '';
    my $key = $secret =~ /^whsec_(.*)/ ? decode_base64($1) : $secret;
    my $signed = join '.', @headers{'webhook-id', 'webhook-timestamp'}, $body;
    my $expected = 'v1,' . encode_base64(hmac_sha256($signed, $key), '');
    my $standard = grep({ $_ eq $expected } split / /, $headers{'webhook-signature'} // '') ? 'verified' : 'WRONG';
    my $whole = ($headers{'x-webhook-signature'} // '') eq 'sha256=' . hmac_sha256_hex($body, $secret) ? 'verified' : 'WRONG';
    printf "%-10s %-20s id …%s  %-28s answered %s\n", $path, $headers{'x-webhook-event'}, substr($headers{'webhook-id'}, -8),
        $standard eq $whole ? "signatures $standard" : "signatures $standard, $whole", $answer;
    next if $count++;
    print "           $_: $headers{$_}\n" for sort keys %headers;
    print "           ", substr($body, 0, 110), " …\n";
}
