package io.feiqian.governance;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.runtime.Randomness;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * One seed drives nodes, lenders, a network that loses, repeats, delays and reorders, crashes, and
 * clocks that drift. At every step the shares that are promised are added up by who only looks at
 * the nodes.
 */
final class QuotaSimulationTest {
    private static final long SECOND = 1_000_000_000L;
    private static final double TOTAL = 1_000;
    private static final Rule.Quota QUOTA =
            new Rule.Quota("q", TOTAL, TOTAL / 10, Duration.ofSeconds(10));
    private static final int SEEDS = 1_000;

    private static final class Node {
        final Borrower borrower;
        final double rate;
        double wanted;
        long cutUntil;

        Node(Borrower borrower, double rate, double wanted) {
            this.borrower = borrower;
            this.rate = rate;
            this.wanted = wanted;
        }

        long clock(long now) {
            return (long) (now * rate);
        }
    }

    /** A lender, who may not have heard yet that another was elected. */
    private static final class Lending {
        final Lender lender;
        final double rate;

        Lending(Lender lender, double rate) {
            this.lender = lender;
            this.rate = rate;
        }

        long clock(long now) {
            return (long) (now * rate);
        }
    }

    private record Event(long at, long number, Runnable action) {}

    private static final class World {
        final Randomness random;
        final Set<QuotaRule> without;
        final PriorityQueue<Event> events =
                new PriorityQueue<>(
                        Comparator.comparingLong(Event::at).thenComparingLong(Event::number));
        final List<Node> nodes = new ArrayList<>();
        long now;
        long count;
        long term;
        Optional<Lending> lender = Optional.empty();
        final List<Lending> deposed = new ArrayList<>();
        boolean calm;
        double worst;
        int lost;
        int crashes;

        World(long seed, Set<QuotaRule> without) {
            this.random = Randomness.seeded(seed);
            this.without = without;
        }

        void at(long delay, Runnable action) {
            events.add(new Event(now + delay, count++, action));
        }

        double drift() {
            return 1 - Lender.DRIFT + 2 * Lender.DRIFT * random.nextInt(1_001) / 1_000;
        }

        void startNode() {
            String name = "node " + count++;
            Node node = new Node(new Borrower(name, without), drift(), random.nextInt((int) TOTAL));
            nodes.add(node);
            ask(node);
        }

        /** Elects a new one; who lent before goes on as long as it believes in itself. */
        void startLender() {
            lender.ifPresent(deposed::add);
            double rate = drift();
            Lending next =
                    new Lending(
                            new Lender(++term, QUOTA.lease(), (long) (now * rate), without), rate);
            lender = Optional.of(next);
            prove(next);
        }

        /** Asks the registry, which answers late or never, and only whom it elected last. */
        void prove(Lending lending) {
            long asked = lending.clock(now);
            at(
                    delay(),
                    () -> {
                        if (lender.filter(lending::equals).isPresent()) {
                            at(delay(), () -> lending.lender.proven(asked));
                        }
                    });
            if (lender.filter(lending::equals).isPresent() || deposed.contains(lending)) {
                at(Lender.PROOF.toNanos() / 3, () -> prove(lending));
            }
        }

        long delay() {
            return calm ? 1 : random.nextInt(3_000) * SECOND / 1_000;
        }

        void ask(Node node) {
            if (!nodes.contains(node)) {
                return;
            }
            Lease.Question question = node.borrower.ask(node.clock(now), node.wanted, QUOTA);
            if (calm || now >= node.cutUntil) {
                send(() -> answer(node, question));
            }
            at(Borrower.every(QUOTA.lease()).toNanos(), () -> ask(node));
        }

        void answer(Node node, Lease.Question question) {
            boolean strays = !calm && !deposed.isEmpty() && random.nextInt(3) == 0;
            Optional<Lending> asked =
                    strays ? Optional.of(deposed.get(random.nextInt(deposed.size()))) : lender;
            asked.flatMap(each -> each.lender.answer(question, each.clock(now)))
                    .ifPresent(lease -> send(() -> node.borrower.hear(lease, node.clock(now))));
        }

        void send(Runnable arrival) {
            if (calm) {
                at(1 + random.nextInt(1_000_000), arrival);
                return;
            }
            if (random.nextInt(100) < 15) {
                lost++;
                return;
            }
            for (int copies = random.nextInt(100) < 10 ? 2 : 1; copies > 0; copies--) {
                boolean late = random.nextInt(100) < 20;
                at((late ? 7 * SECOND : SECOND / 100) * random.nextInt(1_000) / 1_000, arrival);
            }
        }

        /** What else happens; about once in two seconds. */
        void mischief() {
            if (calm) {
                return;
            }
            switch (random.nextInt(10)) {
                case 0 -> {
                    crashes++;
                    lender = Optional.empty();
                    deposed.clear();
                }
                case 1 -> startLender();
                case 2 -> {
                    crashes++;
                    nodes.remove(random.nextInt(nodes.size()));
                    startNode();
                }
                // Its questions are lost; answers on their way still come.
                case 3 ->
                        nodes.get(random.nextInt(nodes.size())).cutUntil =
                                now + random.nextInt(20) * SECOND;
                default -> {
                    nodes.get(random.nextInt(nodes.size())).wanted =
                            random.nextInt(4) == 0 ? 0 : random.nextInt((int) TOTAL);
                }
            }
            at(random.nextInt(4_000) * SECOND / 1_000, this::mischief);
        }

        void run(long until) {
            while (!events.isEmpty() && events.peek().at <= until) {
                Event next = events.remove();
                now = next.at;
                next.action.run();
                worst = Math.max(worst, promised());
            }
            now = until;
        }

        double promised() {
            return nodes.stream()
                    .filter(each -> each.borrower.isPromised(each.clock(now)))
                    .mapToDouble(each -> each.borrower.share().orElse(0))
                    .sum();
        }
    }

    private static World world(long seed, Set<QuotaRule> without) {
        World world = new World(seed, without);
        world.startLender();
        for (int i = 0; i < 2 + world.random.nextInt(5); i++) {
            world.startNode();
        }
        world.mischief();
        world.run(200 * SECOND);
        return world;
    }

    @Test
    void whatIsPromisedNeverExceedsTheQuotaWhateverIsLostOrDies() {
        int lost = 0;
        int crashes = 0;
        for (long seed = 0; seed < SEEDS; seed++) {
            World world = world(seed, Set.of());
            assertThat(world.worst).as("seed " + seed).isLessThanOrEqualTo(TOTAL * (1 + 1e-9));
            lost += world.lost;
            crashes += world.crashes;
        }
        assertThat(lost).isGreaterThan(1_000);
        assertThat(crashes).isGreaterThan(1_000);
    }

    @ParameterizedTest
    @EnumSource(QuotaRule.class)
    void withoutAnyOfItsRulesTheQuotaIsExceeded(QuotaRule rule) {
        int excesses = 0;
        for (long seed = 0; seed < 5 * SEEDS && excesses == 0; seed++) {
            excesses += world(seed, Set.of(rule)).worst > TOTAL * (1 + 1e-9) ? 1 : 0;
        }
        assertThat(excesses).as("found without " + rule.ruleName()).isPositive();
        assertThat(QuotaRule.named(rule.ruleName())).isEqualTo(rule);
    }

    @Test
    void theSameSeedIsTheSameRun() {
        World one = world(7, Set.of());
        World other = world(7, Set.of());
        assertThat(one.count).isEqualTo(other.count);
        assertThat(one.worst).isEqualTo(other.worst);
    }

    @Test
    void onceItIsCalmAllIsLentByWhatIsWanted() {
        for (long seed = 0; seed < 50; seed++) {
            World world = world(seed, Set.of());
            world.calm = true;
            if (world.lender.isEmpty()) {
                world.startLender();
            }
            double[] wanted = {50, 5_000, 0, 300, 700, 5_000, 5_000, 5_000};
            for (int i = 0; i < world.nodes.size(); i++) {
                world.nodes.get(i).wanted = wanted[i];
            }
            world.run(world.now + 60 * SECOND);

            assertThat(world.promised()).as("seed " + seed).isBetween(0.99 * TOTAL, TOTAL + 1e-6);
            for (Node each : world.nodes) {
                assertThat(each.borrower.isPromised(each.clock(world.now))).isTrue();
                double even = TOTAL / world.nodes.size();
                assertThat(each.borrower.share().orElse(0))
                        .as("wanted " + each.wanted)
                        .isGreaterThanOrEqualTo(Math.min(each.wanted, even) * 0.99);
            }
        }
    }

    @Test
    void withTheLenderDeadForHoursEveryNodeGoesOnWithItsLastShare() {
        World world = new World(3, Set.of());
        world.calm = true;
        world.startLender();
        for (int i = 0; i < 4; i++) {
            world.startNode();
        }
        world.run(60 * SECOND);
        List<Double> before =
                world.nodes.stream().map(each -> each.borrower.share().orElse(-1)).toList();
        world.lender = Optional.empty();
        world.run(4 * 3_600 * SECOND);

        assertThat(world.promised()).isZero();
        assertThat(world.nodes.stream().map(each -> each.borrower.share().orElse(-1)).toList())
                .isEqualTo(before);
        assertThat(before.stream().mapToDouble(each -> each).sum())
                .isBetween(0.99 * TOTAL, TOTAL + 1e-6);

        world.startLender();
        world.run(world.now + 30 * SECOND);
        assertThat(world.promised()).isBetween(0.99 * TOTAL, TOTAL + 1e-6);
    }

    @Test
    void aNodeWithoutALenderHasNoLeaseAndUsesWhatThePolicySays() {
        Borrower alone = new Borrower("alone");
        alone.ask(0, 100, QUOTA);
        assertThat(alone.share()).isEmpty();
    }

    @Test
    void whoComesBackAfterItWasForgottenHasAPromiseAgainWithTheNextAnswers() {
        World world = new World(5, Set.of());
        world.calm = true;
        world.startLender();
        for (int i = 0; i < 2; i++) {
            world.startNode();
        }
        world.run(600 * SECOND);
        Node away = world.nodes.getFirst();
        world.calm = false;
        away.cutUntil = world.now + 30 * SECOND;
        world.deposed.clear();
        world.run(world.now + 30 * SECOND);
        assertThat(away.borrower.isPromised(away.clock(world.now))).isFalse();
        world.calm = true;
        world.run(world.now + 10 * SECOND);
        assertThat(away.borrower.isPromised(away.clock(world.now))).isTrue();
        assertThat(away.borrower.promisedFor(away.clock(world.now)))
                .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(10));
    }

    @Test
    void aQuotaThatBecomesSmallerIsSoForAllOnceEachHasAskedAgain() {
        Lender lender = new Lender(1, Duration.ofSeconds(1), 0);
        Rule.Quota smaller = new Rule.Quota("q", 400, 0, QUOTA.lease());
        Borrower one = new Borrower("one");
        Borrower two = new Borrower("two");
        long now = 60 * SECOND;
        for (int i = 0; i < 4; i++, now += 2 * SECOND) {
            lender.proven(now);
            for (Borrower each : List.of(one, two)) {
                long asked = now;
                lender.answer(each.ask(now, 800, QUOTA), now)
                        .ifPresent(lease -> each.hear(lease, asked));
            }
        }
        assertThat(one.share().orElse(0) + two.share().orElse(0)).isBetween(999.0, TOTAL);

        // The other still goes by the policy as it was.
        for (int i = 0; i < 4; i++, now += 2 * SECOND) {
            lender.proven(now);
            long asked = now;
            lender.answer(one.ask(now, 800, smaller), now)
                    .ifPresent(lease -> one.hear(lease, asked));
            lender.answer(two.ask(now, 800, QUOTA), now).ifPresent(lease -> two.hear(lease, asked));
            assertThat(lender.lent()).isLessThanOrEqualTo(TOTAL);
        }
        assertThat(one.share().orElse(0) + two.share().orElse(0)).isBetween(399.0, 400.0);
    }
}
