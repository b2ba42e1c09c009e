use std::net::Ipv4Addr;

use super::super::pacer::tests::peak;
use super::*;

const HOST: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
const OTHER: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2));

#[tokio::test(start_paused = true)]
async fn no_host_gets_more_than_its_share_whoever_speaks_to_it() {
    let pacing = Arc::new(Pacing::new(Limits::default()));
    let host = HOST;
    let sent = Arc::new(Mutex::new(Vec::new()));
    let mut tasks = tokio::task::JoinSet::new();
    for speaker in 0..4 {
        let (pacing, sent) = (pacing.clone(), sent.clone());
        tasks.spawn(async move {
            for _ in 0..10 {
                match speaker {
                    0 => drop(pacing.begin(host).await),
                    _ => pacing.datagram(host).await,
                }
                lock(&sent).push(Instant::now());
            }
        });
    }
    tasks.join_all().await;
    let sent = lock(&sent);
    assert_eq!((sent.len(), peak(&sent)), (40, 5));
}

#[tokio::test(start_paused = true)]
async fn connections_to_a_host_are_counted_over_ten_seconds_too() {
    let pacing = Pacing::new(super::super::profile::PROFILES[2].limits.clone());
    let start = Instant::now();
    for _ in 0..2 * CONNECTIONS_IN_TEN_SECONDS + 1 {
        pacing.begin([192, 0, 2, 1].into()).await;
    }
    assert!(start.elapsed() >= 2 * TEN_SECONDS, "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn everybody_hears_so_many_and_no_more() {
    let limits = Limits::default();
    let pacing = Pacing::new(limits.clone());
    for _ in 0..limits.multicasts {
        pacing.multicast("eth0").await.unwrap();
    }
    assert!(pacing.multicast("eth0").await.is_err());
    pacing.multicast("eth1").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_host_is_talked_to_by_one_at_a_time_and_two_hosts_at_once() {
    let pacing = Pacing::new(Limits::default());
    let one: IpAddr = [192, 0, 2, 1].into();
    let first = pacing.begin(one).await;
    pacing.begin([192, 0, 2, 2].into()).await;
    let wait = Duration::from_secs(5);
    let mapped = "::ffff:192.0.2.1".parse().unwrap();
    assert!(tokio::time::timeout(wait, pacing.begin(mapped)).await.is_err());
    drop(first);
    assert!(tokio::time::timeout(wait, pacing.begin(one)).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_host_with_two_addresses_is_talked_to_by_one_at_a_time() {
    let pacing = Pacing::new(Limits::default());
    let (one, other): (IpAddr, IpAddr) = ([192, 0, 2, 1].into(), "fd00::1".parse().unwrap());
    pacing.is_one_with(other, one);
    pacing.page_asked(other);
    assert_eq!(pacing.pages_left(one), Limits::default().pages - 1);
    let _talk = pacing.begin(one).await;
    let wait = Duration::from_secs(5);
    assert!(tokio::time::timeout(wait, pacing.begin(other)).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn the_time_for_a_host_is_the_sum_of_all_conversations_with_it() {
    let pacing = Pacing::new(Limits::default());
    let host: IpAddr = [192, 0, 2, 1].into();
    let half = TIME_FOR_A_HOST / 2;
    let talk = async || {
        let conversation = pacing.begin(host).await;
        let left = conversation.time_left();
        tokio::time::sleep(half).await;
        left
    };
    assert_eq!(
        [talk().await, talk().await, talk().await],
        [TIME_FOR_A_HOST, half, Duration::ZERO]
    );
    let other = pacing.begin([192, 0, 2, 2].into()).await;
    assert_eq!(other.time_left(), TIME_FOR_A_HOST);
}

#[tokio::test(start_paused = true)]
async fn the_maps_of_hosts_do_not_grow_without_bound() {
    let pacing = Pacing::new(Limits {
        connection_rate: 1000,
        ..Limits::default()
    });
    for number in 0..15_000_u32 {
        pacing.begin(Ipv4Addr::from(number).into()).await;
    }
    assert!(lock(&pacing.talked_to).len() <= HOSTS_BEFORE_SWEEP + 1);
    // Those of the last ten seconds stay.
    assert!(lock(&pacing.hosts.recent).len() <= 10_000 + HOSTS_BEFORE_SWEEP);
}

#[tokio::test(start_paused = true)]
async fn a_conversation_uses_up_the_time_for_its_host_while_it_lasts() {
    let pacing = Pacing::new(Limits::default());
    let conversation = pacing.begin(HOST).await;
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert_eq!(conversation.time_left(), TIME_FOR_A_HOST - Duration::from_secs(10));
}

#[tokio::test(start_paused = true)]
async fn a_connection_waits_for_the_gap_and_for_the_first_of_fifteen_and_a_datagram_for_the_gap_alone() {
    let now = Instant::now();
    let after = |seconds| now + Duration::from_secs(seconds);
    let due = |next, connections: usize, kind| {
        let connections = (0..connections).map(|_| now).collect();
        Recent { next, connections }.due(kind)
    };
    let table = [
        (1, 15, Kind::Datagram, 1),
        (1, 14, Kind::Connection, 1),
        (1, 15, Kind::Connection, 10),
        (11, 15, Kind::Connection, 11),
    ];
    for (next, connections, kind, expected) in table {
        assert_eq!(
            due(after(next), connections, kind),
            after(expected),
            "{kind:?} {next} {connections}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_host_is_over_when_neither_gap_nor_connections_hold_it_back() {
    let now = Instant::now() + TEN_SECONDS;
    let moment = Duration::from_millis(1);
    let table = [
        (now, None, true),
        (now + moment, None, false),
        (now, Some(now - TEN_SECONDS), true),
        (now, Some(now - TEN_SECONDS + moment), false),
        (now + moment, Some(now - TEN_SECONDS), false),
    ];
    for (next, last, expected) in table {
        let connections = last.into_iter().collect();
        assert_eq!(Recent { next, connections }.is_over(now), expected, "{next:?} {last:?}");
    }
}

fn hosts() -> Hosts {
    Hosts {
        gap: Duration::from_secs(1),
        recent: Mutex::default(),
    }
}

#[tokio::test(start_paused = true)]
async fn a_host_is_spoken_to_again_when_its_gap_has_gone_by_and_not_before() {
    let hosts = hosts();
    assert!(hosts.claim(HOST, Kind::Datagram));
    tokio::time::advance(Duration::from_millis(999)).await;
    assert!(!hosts.claim(HOST, Kind::Datagram));
    tokio::time::advance(Duration::from_millis(1)).await;
    assert!(hosts.claim(HOST, Kind::Datagram));
}

#[tokio::test(start_paused = true)]
async fn datagrams_are_not_counted_as_connections() {
    let hosts = hosts();
    for _ in 0..CONNECTIONS_IN_TEN_SECONDS {
        assert!(hosts.claim(HOST, Kind::Datagram));
        tokio::time::advance(hosts.gap).await;
    }
    assert!(hosts.claim(HOST, Kind::Connection));
}

#[tokio::test(start_paused = true)]
async fn a_host_that_was_spoken_to_of_late_is_not_forgotten_among_thousands() {
    let hosts = hosts();
    assert!(hosts.claim(HOST, Kind::Datagram));
    for number in 0..=HOSTS_BEFORE_SWEEP as u32 {
        assert!(hosts.claim(Ipv4Addr::from(number).into(), Kind::Datagram));
    }
    assert!(!hosts.claim(HOST, Kind::Datagram));
    tokio::time::advance(hosts.gap).await;
    assert!(hosts.claim(HOST, Kind::Datagram));
    assert_eq!(lock(&hosts.recent).len(), 1, "the others have gone");
}

#[tokio::test(start_paused = true)]
async fn the_maps_of_hosts_are_swept_when_they_have_grown_beyond_their_size() {
    let (hosts, pacing) = (hosts(), Pacing::new(Limits::default()));
    let speak = |number: usize| {
        let host = Ipv4Addr::from(number as u32).into();
        assert!(hosts.claim(host, Kind::Datagram));
        drop(pacing.turnstile(host));
        (lock(&hosts.recent).len(), lock(&pacing.talked_to).len())
    };
    for number in 0..HOSTS_BEFORE_SWEEP {
        speak(number);
    }
    tokio::time::advance(hosts.gap).await;
    let full = HOSTS_BEFORE_SWEEP + 1;
    assert_eq!(speak(full), (full, full));
    // The last one has its gap yet to wait for.
    assert_eq!(speak(full + 1), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn who_is_talked_to_is_not_forgotten_among_thousands() {
    let pacing = Pacing::new(Limits::default());
    let held = pacing.begin(HOST).await;
    for number in 0..=HOSTS_BEFORE_SWEEP as u32 {
        drop(pacing.turnstile(Ipv4Addr::from(number).into()));
    }
    let wait = Duration::from_secs(5);
    assert!(tokio::time::timeout(wait, pacing.begin(HOST)).await.is_err());
    drop(held);
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_a_host_takes_no_turn_of_others() {
    let pacing = Arc::new(Pacing::new(Limits {
        rate: 10,
        host_rate: 1,
        ..Limits::default()
    }));
    let start = Instant::now();
    pacing.datagram(HOST).await;
    let again = pacing.clone();
    let waiting = tokio::spawn(async move { again.datagram(HOST).await });
    tokio::task::yield_now().await;
    pacing.datagram(OTHER).await;
    assert_eq!(start.elapsed(), SECOND / 10);
    waiting.await.unwrap();
    assert_eq!(start.elapsed(), SECOND);
}

#[tokio::test(start_paused = true)]
async fn who_comes_when_a_host_is_due_does_not_wait_for_the_timer() {
    let limits = Limits {
        host_rate: 7,
        ..Limits::default()
    };
    let (pacing, gap) = (Pacing::new(limits.clone()), limits.host_gap());
    assert_eq!(gap, SECOND / 7);
    pacing.datagram(HOST).await;
    tokio::time::advance(gap).await;
    let start = Instant::now();
    pacing.datagram(HOST).await;
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn each_lane_says_when_its_next_packet_may_leave() {
    let lanes = [Lane::Arp, Lane::Nudge, Lane::Datagram];
    let pacing = Pacing::new(Limits {
        arp_rate: 10,
        arp_most: 20,
        rate: 10,
        ..Limits::default()
    });
    let now = Instant::now();
    let next = || lanes.map(|lane| pacing.next(lane));
    assert_eq!(next(), [None; 3]);
    pacing.arp().await;
    assert_eq!(next(), [Some(now + SECOND / 10), None, None]);
    pacing.nudge(HOST).await;
    let nudged = now + SECOND / 10;
    assert_eq!(
        next(),
        [Some(nudged), Some(nudged), Some(nudged)],
        "a nudge is a datagram, too"
    );
    for (rate, kept) in [(5, 5), (1000, 20)] {
        pacing.set_arp_rate(rate);
        pacing.arp().await;
        assert_eq!(pacing.next(Lane::Arp), Some(Instant::now() + SECOND / kept), "{rate}");
    }
}

#[tokio::test(start_paused = true)]
async fn nudges_have_a_pace_of_their_own() {
    let pacing = Pacing::new(Limits {
        rate: 1000,
        ..Limits::default()
    });
    let start = Instant::now();
    for number in 0..=KERNEL_RATE {
        pacing.nudge(Ipv4Addr::from(number).into()).await;
    }
    assert!(start.elapsed() >= SECOND);
}

#[test]
fn pages_are_counted_for_a_host_however_its_address_is_written() {
    let pacing = Pacing::new(Limits {
        pages: 3,
        ..Limits::default()
    });
    let mapped = "::ffff:192.0.2.1".parse().unwrap();
    pacing.page_asked(HOST);
    assert_eq!([pacing.pages_left(HOST), pacing.pages_left(mapped)], [2, 2]);
    pacing.pages_asked(mapped, u32::MAX);
    assert_eq!([pacing.pages_left(HOST), pacing.pages_left(OTHER)], [0, 3]);
}

#[tokio::test(start_paused = true)]
async fn a_host_is_out_of_time_when_it_has_had_all_that_one_gets() {
    let pacing = Pacing::new(Limits::default());
    let moment = Duration::from_millis(1);
    for (time, expected) in [(TIME_FOR_A_HOST - moment, vec![]), (moment, vec![HOST])] {
        let conversation = pacing.begin(HOST).await;
        tokio::time::sleep(time).await;
        drop(conversation);
        assert_eq!(pacing.out_of_time(), expected, "{time:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn no_more_conversations_are_open_than_were_asked_for_and_one_at_the_least() {
    for (most, open) in [(2, 2), (0, 1)] {
        let pacing = Pacing::new(Limits::default());
        pacing.converse_with(most);
        let mut conversations = Vec::new();
        for number in 0..open {
            conversations.push(pacing.begin(Ipv4Addr::from(number).into()).await);
        }
        let wait = Duration::from_secs(5);
        assert!(tokio::time::timeout(wait, pacing.begin(HOST)).await.is_err(), "{most}");
        conversations.pop();
        assert!(tokio::time::timeout(wait, pacing.begin(HOST)).await.is_ok(), "{most}");
    }
}
