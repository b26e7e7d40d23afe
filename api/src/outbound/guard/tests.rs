//! The tables K1 to K9: what is refused, whatever it is called and whenever it changes its mind.

use std::{
    net::{IpAddr, TcpListener},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use reqwest::Client;

use super::{Found, Guard, Lookup, Rules, Unfit};

/// Answers in turn.
struct Scripted {
    answers: Vec<Vec<IpAddr>>,
    asked: AtomicUsize,
}

impl Lookup for Scripted {
    fn lookup<'l>(&'l self, _: &'l str) -> Found<'l> {
        let turn = self.asked.fetch_add(1, Ordering::Relaxed) % self.answers.len();
        let answer = self.answers[turn].clone();
        Box::pin(async move {
            if answer.is_empty() { Err(std::io::Error::other("no such name")) } else { Ok(answer) }
        })
    }
}

fn addresses(text: &str) -> Vec<IpAddr> {
    text.split_whitespace().map(|one| one.parse().expect("an address")).collect()
}

fn scripted(answers: &[&str], loopback: bool) -> Guard {
    let answers = answers.iter().map(|one| addresses(one)).collect();
    let own = vec![("gateway.example".to_owned(), 443), ("127.0.0.1".to_owned(), 8080)];
    let rules = Rules { ports: vec![443, 8443], loopback, own };
    Guard::new(rules, Arc::new(Scripted { answers, asked: AtomicUsize::new(0) }))
}

fn strict() -> Guard {
    scripted(&["93.184.216.34"], false)
}

#[test]
fn k1_k2_k8_k9_only_plain_public_https_addresses_are_taken() {
    let refused = [
        ("http://shop.example/hook", Unfit::Scheme),
        ("ftp://shop.example/", Unfit::Scheme),
        ("file:///etc/passwd", Unfit::Form),
        ("gopher://shop.example/", Unfit::Scheme),
        ("data:text/plain,hi", Unfit::Form),
        ("https://a@shop.example/", Unfit::Form),
        ("https://a:b@shop.example/", Unfit::Form),
        ("https://shop.example/#part", Unfit::Form),
        ("https://shop.example:22/", Unfit::Port),
        ("https://shop.example:25/", Unfit::Port),
        ("https://shop.example:6379/", Unfit::Port),
        ("https://shop.example:0/", Unfit::Port),
        ("https://shop.example:65536/", Unfit::Form),
        ("https://", Unfit::Form),
        ("", Unfit::Form),
        ("hook", Unfit::Form),
        ("https://127.0.0.1/", Unfit::NotPublic),
        ("https://127.1/", Unfit::NotPublic),
        ("https://2130706433/", Unfit::NotPublic),
        ("https://0x7f.1/", Unfit::NotPublic),
        ("https://017700000001/", Unfit::NotPublic),
        ("https://127.254.254.254/", Unfit::NotPublic),
        ("https://0.0.0.0/", Unfit::NotPublic),
        ("https://0.1.2.3/", Unfit::NotPublic),
        ("https://localhost/", Unfit::NotPublic),
        ("https://LOCALHOST./", Unfit::NotPublic),
        ("https://a.localhost/", Unfit::NotPublic),
        ("https://[::1]/", Unfit::NotPublic),
        ("https://[::1%lo]/", Unfit::Form),
        ("https://[127.0.0.1]/", Unfit::Form),
        ("https://１２７.0.0.1/", Unfit::NotPublic),
        ("https://shop.example%00/", Unfit::Form),
        ("https://good.example\\@evil.example/", Unfit::Form),
        ("https://shop.exa\tmple/", Unfit::Form),
        ("https://shop.example/\nhook", Unfit::Form),
        (" https://shop.example/", Unfit::Form),
        ("https://gateway.example/v1", Unfit::Own),
        ("https://GATEWAY.example./v1", Unfit::Own),
    ];
    for (text, why) in refused {
        assert_eq!(strict().parse(text), Err(why), "{text}");
    }
    let long = format!("https://shop.example/{}", "a".repeat(2000));
    assert_eq!(strict().parse(&long), Err(Unfit::Form));
}

#[test]
fn k8_what_is_taken_is_kept_in_one_form() {
    let taken = [
        ("https://shop.example", "https://shop.example/"),
        // An empty host is none: the next part of the address is taken, and judged when it is looked up.
        ("https:///hook", "https://hook/"),
        ("HTTPS://Shop.Example:443/Hook?a=1", "https://shop.example/Hook?a=1"),
        ("https://shop.example:8443/", "https://shop.example:8443/"),
        ("https://магазин.example/", "https://xn--80aairftm.example/"),
        ("https://93.184.216.34/", "https://93.184.216.34/"),
        ("https://[2606:2800:220:1::1]/", "https://[2606:2800:220:1::1]/"),
    ];
    for (text, kept) in taken {
        let url = strict().parse(text);
        assert_eq!(url.as_ref().map(|url| url.as_str()), Ok(kept), "{text}");
    }
}

#[test]
fn k3_k4_what_is_not_the_public_internet_is_refused() {
    let denied = "10.0.0.1 10.255.255.255 172.16.0.1 172.31.255.255 192.168.0.1 169.254.169.254 100.64.0.1 100.127.255.255 \
        192.0.0.1 192.0.2.1 198.51.100.7 203.0.113.9 192.88.99.1 198.18.0.1 198.19.255.255 224.0.0.1 239.255.255.255 \
        233.252.0.1 240.0.0.1 255.255.255.255 127.0.0.1 0.0.0.0 :: ::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::127.0.0.1 \
        ::ffff:93.184.216.34 fe80::1 febf::1 fec0::1 fc00::1 fdff::1 ff02::1 2001:db8::1 3fff::1 64:ff9b::7f00:1 \
        64:ff9b:1::1 2002:7f00:1::1 2001::1 2001:10::1 100::1 5f00::1 4000::1 8000::1";
    for address in addresses(denied) {
        assert_eq!(strict().judge(address), Err(Unfit::NotPublic), "{address}");
        let text =
            if address.is_ipv6() { format!("https://[{address}]/") } else { format!("https://{address}/") };
        assert_eq!(strict().parse(&text), Err(Unfit::NotPublic), "{text}");
    }
    let allowed = "1.1.1.1 93.184.216.34 172.15.255.255 172.32.0.1 100.63.255.255 100.128.0.1 9.255.255.255 11.0.0.1 \
        192.0.1.1 198.17.255.255 198.20.0.1 223.255.255.255 2606:4700::1111 2a00:1450::1 2001:4860:4860::8888 2620::1";
    for address in addresses(allowed) {
        assert_eq!(strict().judge(address), Ok(()), "{address}");
    }
}

#[tokio::test]
async fn k5_one_denied_answer_denies_the_name() {
    let url = strict().parse("https://shop.example/").expect("a good address");
    let many = vec!["93.184.216.34"; 1000].join(" ");
    let mostly = format!("{many} 10.0.0.1");
    let cases = [
        ("93.184.216.34", Ok(())),
        ("93.184.216.34 2606:4700::1111", Ok(())),
        ("93.184.216.34 10.0.0.1", Err(Unfit::NotPublic)),
        ("10.0.0.1", Err(Unfit::NotPublic)),
        ("::ffff:10.0.0.1", Err(Unfit::NotPublic)),
        ("", Err(Unfit::Unknown)),
        (many.as_str(), Ok(())),
        (mostly.as_str(), Err(Unfit::NotPublic)),
    ];
    for (answer, expected) in cases {
        assert_eq!(scripted(&[answer], false).vet(&url).await, expected, "{answer:.60}");
    }
    assert_eq!(scripted(&[&many], false).addresses("shop.example").await.map(|found| found.len()), Ok(16));
}

/// A name that is public when it is looked at and this machine when it is connected to, ten thousand times.
#[tokio::test]
async fn k6_a_name_that_changes_its_mind_reaches_nothing_private() {
    let guard = scripted(&["93.184.216.34", "127.0.0.1", "93.184.216.34 127.0.0.1"], false);
    let mut taken = 0;
    for _ in 0..10_000 {
        if let Ok(found) = guard.addresses("shop.example").await {
            assert_eq!(found, addresses("93.184.216.34"));
            taken += 1;
        }
    }
    assert!((3_000..4_000).contains(&taken), "{taken}");
}

/// The client connects to nothing but what the guard gives it.
#[tokio::test]
async fn k6_the_client_asks_the_guard_at_every_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    listener.set_nonblocking(true).expect("a socket's setting");
    let port = listener.local_addr().expect("it is bound").port();
    let client = |guard: Guard| {
        let builder = Client::builder().dns_resolver(guard).no_proxy();
        builder.timeout(Duration::from_millis(300)).build().expect("a client")
    };
    let refused = client(scripted(&["127.0.0.1"], false));
    for _ in 0..50 {
        let error = refused.get(format!("http://rebound.example:{port}/")).send().await.expect_err("refused");
        assert!(error.is_connect(), "{error:?}");
    }
    assert!(listener.accept().is_err(), "a connection reached a denied address");
    // Control: with the guard's leave the same name reaches the listener.
    let let_in = client(scripted(&["127.0.0.1"], true));
    let _ = let_in.get(format!("http://rebound.example:{port}/")).send().await;
    assert!(listener.accept().is_ok(), "the control did not connect: the test shows nothing");
}

#[tokio::test]
async fn the_sandbox_may_name_this_machine_but_not_the_gateway() {
    let guard = scripted(&["93.184.216.34"], true);
    for text in
        ["http://127.0.0.1:9000/hook", "http://localhost:9000/", "http://[::1]:9000/", "https://127.0.0.1/"]
    {
        let url = guard.parse(text);
        assert!(url.is_ok(), "{text}: {url:?}");
        assert_eq!(guard.vet(&url.expect("just seen")).await, Ok(()), "{text}");
    }
    for text in ["http://127.0.0.1:8080/", "http://localhost:8080/", "http://[::1]:8080/"] {
        assert_eq!(guard.parse(text), Err(Unfit::Own), "{text}");
    }
    assert_eq!(guard.parse("http://shop.example/"), Err(Unfit::Scheme));
    assert_eq!(guard.parse("https://10.0.0.1/"), Err(Unfit::NotPublic));
}
