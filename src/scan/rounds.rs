//! Asking a range of addresses several times over, each time only those that are still silent.

use std::collections::HashSet;
use std::net::IpAddr;
use std::time::Duration;

use tokio::time::Instant;

use super::Ranges;
use super::walk::Walk;

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Ask this address; the number counts the rounds from 0.
    Ask(usize, IpAddr),
    /// Nothing until then.
    Wait(Instant),
    /// All rounds are over, and so is the wait after the last.
    Done,
}

/// A round, and how many of its steps are done.
pub type Place = (usize, u64);

/// A round that is over.
#[derive(Debug, Clone, Copy)]
struct Ended {
    found: usize,
    per_second: u32,
}

/// What two rounds at about the same pace show of it: whom the second found the first had missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loss {
    /// How many the first round found.
    pub found: usize,
    /// How many the second did.
    pub late: usize,
    /// Requests a second of the first, as they really left.
    pub per_second: u32,
}

impl Loss {
    fn between(first: Ended, second: Ended) -> Option<Self> {
        let alike = first.per_second / 2 <= second.per_second && second.per_second / 2 <= first.per_second;
        alike.then_some(Loss {
            found: first.found,
            late: second.found,
            per_second: first.per_second,
        })
    }
}

/// A segment of more addresses is large: its rate is steered, and two rounds may be enough.
pub const MANY: u64 = 4096;

/// Of so many hosts that all answered before the last round at most three in a hundred are missed in one round (at 95 %, the
/// rule of three), so that a further round would find one in a thousand.
const WITNESSES: usize = 100;

/// In more pieces than so many, addresses that were not reached are not named one by one.
const MOST_PIECES: u64 = 1000;

/// How rounds follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tempo {
    /// How many rounds.
    pub rounds: usize,
    /// How many are enough on a large segment where the last of them finds nobody and those before it found [`WITNESSES`].
    pub enough: usize,
    /// How many at the most: more follow while the last one still found somebody, for then packets get lost.
    pub most: usize,
    /// From the start of a round to the start of the next, at least: so often is one address asked.
    pub pace: Duration,
    /// From the last request of a round to the same address's in the next, at least: so long may an answer take.
    pub pause: Duration,
    /// After the last round.
    pub rest: Duration,
}

/// The pause is no longer than so many requests take, or a whole round, and no shorter than an answer that comes at once.
const PAUSE: (u64, Duration) = (150, Duration::from_millis(7));
/// The same for the rest.
const REST: (u64, Duration) = (2500, Duration::from_millis(15));

impl Tempo {
    /// The same for so many addresses at so many requests a second: where they leave in less time than an answer is waited
    /// for, it is the waits that the run consists of. In no profile is the rest shorter for it, and in `fast` alone the pause.
    pub fn at(self, per_second: u32, addresses: u64) -> Tempo {
        let worth = |wait: Duration, (requests, least): (u64, Duration)| {
            let worth = requests.max(addresses) as f64 / f64::from(per_second.max(1));
            wait.min(Duration::from_secs_f64(worth).max(least))
        };
        // A round that is over within seconds meets the same disturbance as the next: it shows too little.
        let enough = if addresses > MANY { self.enough } else { self.rounds };
        Tempo {
            enough,
            pause: worth(self.pause, PAUSE),
            rest: worth(self.rest, REST),
            ..self
        }
    }
}

/// The walk through the rounds. Memory grows with the addresses that answered, not with those asked.
#[derive(Debug)]
pub struct Rounds {
    targets: Ranges,
    walk: Walk,
    tempo: Tempo,
    found: HashSet<IpAddr>,
    /// How many addresses were found since the round began.
    of_round: usize,
    round: usize,
    /// Steps of this round that are done.
    steps: u64,
    /// How many of them were requests.
    asked: u64,
    /// Requests a second of the round that has ended, as long as its last answers may come.
    per_second: Option<u32>,
    /// The round before this one.
    before: Option<Ended>,
    loss: Option<Loss>,
    started: Option<Instant>,
    resume: Option<Instant>,
}

impl Rounds {
    /// Rounds over `targets`, in ascending order.
    pub fn new(targets: Ranges, tempo: Tempo) -> Self {
        let walk = Walk::ascending(targets.len());
        Rounds {
            targets,
            walk,
            tempo,
            found: HashSet::new(),
            of_round: 0,
            round: 0,
            steps: 0,
            asked: 0,
            per_second: None,
            before: None,
            loss: None,
            started: None,
            resume: None,
        }
    }

    /// The same, neighbouring addresses far apart in time.
    pub fn apart(targets: Ranges, tempo: Tempo) -> Self {
        let walk = Walk::apart(targets.len());
        Rounds {
            walk,
            ..Rounds::new(targets, tempo)
        }
    }

    /// An address has shown that it exists: it is not asked again. Whether that is news.
    pub fn found(&mut self, address: IpAddr) -> bool {
        let is_news = self.targets.contains(address) && self.found.insert(address);
        self.of_round += usize::from(is_news);
        is_news
    }

    /// Whether an address has shown that it exists.
    pub fn has_found(&self, address: IpAddr) -> bool {
        self.found.contains(&address)
    }

    /// What to do at `now`. An address that is handed out counts as asked.
    pub fn poll(&mut self, now: Instant) -> Turn {
        if let Some(resume) = self.resume {
            if now < resume {
                return Turn::Wait(resume);
            }
            self.resume = None;
        }
        if self.is_over() {
            return Turn::Done;
        }
        let started = match self.started {
            Some(started) => started,
            None => self.begin_round(now),
        };
        match self.next_silent() {
            Some(address) => {
                self.asked += 1;
                Turn::Ask(self.round, address)
            }
            None => self.end_round(started, now),
        }
    }

    fn begin_round(&mut self, now: Instant) -> Instant {
        let ended = self.per_second.take().map(|per_second| Ended {
            found: self.of_round,
            per_second,
        });
        self.loss = self
            .before
            .zip(ended)
            .and_then(|(first, second)| Loss::between(first, second));
        self.before = ended;
        (self.of_round, self.asked) = (0, 0);
        *self.started.insert(now)
    }

    /// What the two rounds before this one have shown, once.
    pub fn take_loss(&mut self) -> Option<Loss> {
        self.loss.take()
    }

    /// How many were still found in the last round of all that there may be: where packets get lost so often, others were
    /// missed.
    pub fn found_at_last(&self) -> usize {
        match self.round >= self.tempo.most {
            true => self.of_round,
            false => 0,
        }
    }

    /// How many rounds there are to be, as far as can be seen by now.
    fn rounds(&self) -> usize {
        match self.of_round == 0 && self.found.len() >= WITNESSES {
            true => self.tempo.enough,
            false => self.tempo.rounds,
        }
    }

    fn is_over(&self) -> bool {
        let is_enough = self.started.is_none() && self.round >= self.rounds();
        let is_fruitless = self.of_round == 0 || self.round >= self.tempo.most;
        (is_enough && is_fruitless) || self.found.len() as u64 == self.targets.len()
    }

    fn end_round(&mut self, started: Instant, now: Instant) -> Turn {
        let took = now - started;
        let pause = self.tempo.pause.saturating_sub(self.length_of_next(took));
        self.per_second = Some((self.asked as f64 / took.as_secs_f64()) as u32);
        self.round += 1;
        (self.steps, self.started) = (0, None);
        let resume = match self.round < self.rounds() {
            true => (started + self.tempo.pace).max(now + pause),
            false => now + self.tempo.rest,
        };
        self.resume = Some(resume);
        Turn::Wait(resume)
    }

    /// How long the next round will take, by what this one took: the last of the one is the last of the other, so that it
    /// is not asked again sooner.
    fn length_of_next(&self, this: Duration) -> Duration {
        let silent = self.targets.len() - self.found.len() as u64;
        this.mul_f64(silent as f64 / self.asked.max(1) as f64)
    }

    fn next_silent(&mut self) -> Option<IpAddr> {
        while self.steps < self.targets.len() {
            let address = self.targets.nth(self.walk.place(self.steps));
            self.steps += 1;
            if let Some(silent) = address.filter(|address| !self.found.contains(address)) {
                return Some(silent);
            }
        }
        None
    }

    /// Goes on after so many steps of a round, as an earlier run had come so far at `now`. Whom that run had found counts
    /// as found in this round, so that there is rather one round more than one too few.
    pub fn go_to(&mut self, (round, steps): Place, now: Instant) {
        self.round = round.min(self.tempo.most);
        self.steps = steps.min(self.targets.len());
        self.started = (self.steps > 0).then_some(now);
    }

    /// Where it stands.
    pub fn place(&self) -> Place {
        (self.round, self.steps)
    }

    /// Where it stands when nothing is left of it.
    pub fn end(&self) -> Place {
        (self.tempo.most, 0)
    }

    /// How many rounds one address has been part of.
    pub fn times_asked(&self, address: IpAddr) -> usize {
        let Some(place) = self.targets.place_of(address) else {
            return 0;
        };
        self.round + usize::from(self.walk.step(place) < self.steps)
    }

    /// The addresses that no round has reached yet. Where they lie in very many pieces among those that it has, all but
    /// those that have shown that they exist ([`unnamed`](Rounds::unnamed)).
    pub fn unreached(&self) -> Ranges {
        let (asked, all) = self.progress();
        let at = |steps: std::ops::Range<u64>| steps.filter_map(|step| self.targets.nth(self.walk.place(step)));
        let first = self.targets.nth(asked).filter(|_| self.walk.is_ascending());
        match first {
            _ if asked == all => Ranges::default(),
            Some(first) => self.targets.intersection(&Ranges::since(first)),
            None if self.unnamed().is_some() => self.targets.without(&self.found.iter().copied().collect()),
            None if all - asked <= MOST_PIECES => at(asked..all).collect(),
            None => self.targets.without(&at(0..asked).collect()),
        }
    }

    /// How many addresses no round has reached, and of how many, where they are not kept one by one: memory must not
    /// grow with them.
    pub fn unnamed(&self) -> Option<(u64, u64)> {
        let (asked, all) = self.progress();
        let left = all - asked;
        (!self.walk.is_ascending() && left.min(asked) > MOST_PIECES).then_some((left, all))
    }

    /// The addresses that were asked and have not shown that they exist.
    pub fn silent(&self) -> Ranges {
        self.targets
            .without(&self.found.iter().copied().collect())
            .without(&self.unreached())
    }

    /// Addresses asked in the first round; steps done of all rounds that are planned by now, and how many those are. Who
    /// has been found is passed over, which is a step too.
    pub fn steps(&self) -> (u64, u64, u64) {
        let (asked, all) = self.progress();
        if self.found.len() as u64 == all {
            return (asked, 0, 0);
        }
        let rounds = self.rounds().max(self.round + usize::from(self.steps > 0)) as u64;
        let planned = rounds.saturating_mul(all);
        let done = (self.round as u64).saturating_mul(all).saturating_add(self.steps);
        (asked, done.min(planned), planned)
    }

    /// Addresses asked in the first round, and all of them.
    pub fn progress(&self) -> (u64, u64) {
        let asked = if self.round == 0 {
            self.steps
        } else {
            self.targets.len()
        };
        (asked, self.targets.len())
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn address(last: u8) -> IpAddr {
        Ipv4Addr::new(10, 0, 0, last).into()
    }

    fn last_of(target: IpAddr) -> u8 {
        let IpAddr::V4(target) = target else {
            unreachable!("all are of IPv4")
        };
        target.octets()[3]
    }

    const TEMPO: Tempo = Tempo {
        rounds: 2,
        enough: 2,
        most: 4,
        pace: Duration::from_millis(200),
        pause: Duration::from_millis(50),
        rest: Duration::from_millis(1000),
    };

    /// Lets the rounds run with 10 ms for each ask, and writes down when what was asked.
    fn run(mut rounds: Rounds, answers: &[(usize, u8)]) -> (Vec<(u64, usize, u8)>, u64) {
        let start = Instant::now();
        let mut now = start;
        let mut asked = Vec::new();
        loop {
            match rounds.poll(now) {
                Turn::Ask(round, target) => {
                    asked.push(((now - start).as_millis() as u64, round, last_of(target)));
                    if answers.contains(&(round, last_of(target))) {
                        rounds.found(target);
                    }
                    now += Duration::from_millis(10);
                }
                Turn::Wait(until) => now = until,
                Turn::Done => return (asked, (now - start).as_millis() as u64),
            }
        }
    }

    #[test]
    fn only_silent_addresses_are_asked_again_and_not_too_soon() {
        let rounds = Rounds::new(Ranges::between(address(1), address(3)), TEMPO);
        let (asked, end) = run(rounds, &[(0, 2)]);
        assert_eq!(asked, [(0, 0, 1), (10, 0, 2), (20, 0, 3), (200, 1, 1), (210, 1, 3)]);
        assert_eq!(end, 1220, "the rest after the last round");
    }

    #[test]
    fn nobody_is_asked_again_within_the_pause_and_a_round_that_takes_longer_needs_none() {
        let tempo = |pause| Tempo {
            pace: Duration::ZERO,
            pause: Duration::from_millis(pause),
            ..TEMPO
        };
        // Ten addresses, 10 ms each, of which the first five answer at once.
        let answers: Vec<(usize, u8)> = (1..=5).map(|last| (0, last)).collect();
        for (pause, second) in [(0, 100), (50, 100), (80, 130)] {
            let targets = Ranges::between(address(1), address(10));
            let (asked, _) = run(Rounds::new(targets, tempo(pause)), &answers);
            let of = |round| asked.iter().filter(move |(_, of, _)| *of == round);
            assert_eq!(of(1).map(|(at, ..)| *at).min(), Some(second), "{pause}");
            for (again, _, last) in of(1) {
                let before = of(0).find(|(_, _, other)| other == last).map(|(at, ..)| *at);
                assert!(before.is_some_and(|before| again - before >= pause), "{pause}: {last}");
            }
        }
    }

    #[test]
    fn who_asks_fast_waits_less_but_never_no_time() {
        let usual = Tempo {
            rounds: 3,
            pause: Duration::from_millis(300),
            rest: Duration::from_millis(500),
            ..TEMPO
        };
        let table = [
            (50, 254, 300, 500),
            (500, 254, 300, 500),
            (500, 4096, 300, 500),
            (500, 4097, 300, 500),
            (5000, 1, 30, 500),
            (5000, 250, 50, 500),
            (300_000, 254, 7, 15),
            (300_000, 60_000, 200, 200),
        ];
        for (rate, addresses, pause, rest) in table {
            let at = usual.at(rate, addresses);
            assert_eq!((at.pause.as_millis(), at.rest.as_millis()), (pause, rest), "{rate}");
            assert_eq!(at.enough, if addresses > 4096 { 2 } else { 3 });
        }
    }

    #[test]
    fn while_a_round_finds_somebody_another_follows_but_not_for_ever() {
        let table = [
            (vec![(1, 2)], 3),
            (vec![(1, 2), (2, 3)], 4),
            (vec![(1, 2), (2, 3), (3, 4)], 4),
            (vec![(0, 2)], 2),
        ];
        for (answers, expected) in table {
            let (asked, _) = run(Rounds::new(Ranges::between(address(1), address(9)), TEMPO), &answers);
            let rounds = asked.iter().map(|(_, round, _)| round + 1).max();
            assert_eq!(rounds, Some(expected), "{answers:?}");
        }
    }

    #[test]
    fn a_round_less_is_enough_where_many_show_that_hardly_a_packet_gets_lost() {
        let tempo = Tempo { rounds: 3, ..TEMPO };
        let at_once = |count: u8| (1..=count).map(|last| (0, last));
        let table = [
            (at_once(100).collect(), 2),
            (at_once(99).collect(), 3),
            (at_once(100).chain([(1, 120)]).collect(), 3),
            (at_once(100).chain([(1, 120), (2, 119)]).collect::<Vec<_>>(), 4),
        ];
        for (answers, expected) in table {
            let rounds = Rounds::new(Ranges::between(address(1), address(120)), tempo);
            let (asked, end) = run(rounds, &answers);
            let last = asked.last().expect("somebody is asked");
            assert_eq!(last.1 + 1, expected);
            assert!(end >= last.0 + 1000, "the rest after the last round: {end}");
        }
    }

    #[test]
    fn who_answers_in_the_rest_after_a_last_round_is_followed_by_another() {
        let mut rounds = Rounds::new(Ranges::between(address(1), address(120)), Tempo { rounds: 3, ..TEMPO });
        let (mut now, mut last) = (Instant::now(), 0);
        loop {
            match rounds.poll(now) {
                Turn::Ask(round, target) => {
                    last = round;
                    if last_of(target) <= 100 {
                        rounds.found(target);
                    }
                }
                Turn::Wait(until) => {
                    if rounds.place() == (2, 0) {
                        rounds.found(address(120));
                    }
                    now = until;
                }
                Turn::Done => break,
            }
        }
        assert_eq!(last, 2);
    }

    #[test]
    fn two_rounds_at_one_pace_show_what_was_lost_and_two_at_different_ones_nothing() {
        let answers = [(0, 1), (0, 2), (0, 3), (1, 4), (1, 5)];
        // How long one request takes in each round, in ms.
        for (paces, expected) in [([10, 10, 10], Some((3, 2, 100))), ([10, 40, 10], None)] {
            let mut rounds = Rounds::new(Ranges::between(address(1), address(9)), TEMPO);
            let (mut now, mut losses) = (Instant::now(), Vec::new());
            while let turn = rounds.poll(now)
                && turn != Turn::Done
            {
                losses.extend(rounds.take_loss());
                match turn {
                    Turn::Ask(round, target) => {
                        if answers.contains(&(round, last_of(target))) {
                            rounds.found(target);
                        }
                        now += Duration::from_millis(paces[round]);
                    }
                    Turn::Wait(until) => now = until,
                    Turn::Done => {}
                }
            }
            let losses: Vec<_> = losses
                .iter()
                .map(|loss| (loss.found, loss.late, loss.per_second))
                .collect();
            assert_eq!(losses, Vec::from_iter(expected), "{paces:?}");
        }
    }

    #[test]
    fn when_all_have_answered_there_is_nothing_left_to_wait_for() {
        let rounds = Rounds::new(Ranges::between(address(1), address(2)), TEMPO);
        let (asked, end) = run(rounds, &[(0, 1), (0, 2)]);
        assert_eq!((asked.len(), end), (2, 20));
    }

    /// Lets so many addresses be asked in the first round, every hundredth of which answers at once.
    fn begun(targets: Ranges, asked: u64) -> Rounds {
        let mut rounds = Rounds::apart(targets, TEMPO);
        let now = Instant::now();
        for step in 0..asked {
            let Turn::Ask(_, address) = rounds.poll(now) else {
                unreachable!("there are more")
            };
            if step % 100 == 0 {
                rounds.found(address);
            }
        }
        rounds
    }

    #[test]
    fn what_was_not_reached_of_a_large_scope_takes_no_memory_by_address() {
        let large = Ranges::between(Ipv4Addr::new(10, 0, 0, 0), Ipv4Addr::new(10, 0, 255, 255));
        let table = [
            (0, 65_536, None),
            (900, 64_636, None),
            (30_000, 65_236, Some((35_536, 65_536))),
            (65_000, 536, None),
            (65_536, 0, None),
        ];
        for (asked, unreached, unnamed) in table {
            let rounds = begun(large.clone(), asked);
            let left = rounds.unreached();
            assert_eq!((left.len(), rounds.unnamed()), (unreached, unnamed), "{asked}");
            assert!(left.words().len() <= 1001, "{asked}: {} pieces", left.words().len());
            let found = rounds.found.iter().any(|found| left.contains(*found));
            let silent = rounds.silent().intersection(&left);
            assert!(!found && silent.is_empty(), "{asked}: nobody is both");
        }
    }

    #[test]
    fn what_was_not_reached_is_known_at_any_moment() {
        let mut rounds = Rounds::new(Ranges::between(address(1), address(4)), TEMPO);
        assert_eq!(rounds.unreached().len(), 4);
        let now = Instant::now();
        rounds.poll(now);
        rounds.poll(now);
        rounds.found(address(1));
        assert_eq!(rounds.unreached().to_string(), "10.0.0.3-10.0.0.4");
        assert_eq!(rounds.silent().to_string(), "10.0.0.2");
        assert_eq!((rounds.times_asked(address(1)), rounds.times_asked(address(4))), (1, 0));
        assert!(!rounds.found(address(9)), "no target");
        assert_eq!(rounds.times_asked(address(0)), 0, "no target");
    }
}
