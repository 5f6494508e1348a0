package io.feiqian.governance;

import io.feiqian.vocabulary.OutcomeCode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a policy says, by kind. Each refuses values that make no sense, with what was expected. The
 * page {@code docs/governance.md} shows each of them.
 */
public sealed interface Rule
        permits LabelRule,
                Rule.Access,
                Rule.Schema,
                Rule.Overload,
                Rule.Degrade,
                Rule.Breaker,
                Rule.Rate,
                Rule.Quota,
                Rule.Concurrency,
                Rule.Fault,
                Rule.Route {
    /** The kind of this rule. */
    Kind kind();

    /** The kinds of rules, in the order in which they are asked about a call. */
    enum Kind {
        /** Who may call. */
        ACCESS,
        /** What a request must look like. */
        SCHEMA,
        /** What is given up when there is too much. */
        OVERLOAD,
        /** What is answered instead. */
        DEGRADE,
        /** Stops calling what fails. */
        BREAKER,
        /** Calls a second, of this process. */
        RATE,
        /** Calls a second, of all processes together. */
        QUOTA,
        /** Calls at a time. */
        CONCURRENCY,
        /** Faults to order. */
        FAULT,
        /** Which instances serve a call. */
        ROUTE,
        /** Which label a request gets where it comes in. */
        LABEL
    }

    /**
     * Who may call (P6.2.3-h, P6.2.3-j). Who is denied is refused; of a list of those who are
     * allowed that is not empty, everybody else is refused too.
     *
     * @param allowCallers only these callers
     * @param denyCallers not these callers
     * @param allowTenants only these tenants
     * @param denyTenants not these tenants
     */
    record Access(
            Set<String> allowCallers,
            Set<String> denyCallers,
            Set<String> allowTenants,
            Set<String> denyTenants)
            implements Rule {
        /** Refuses a list that says nothing. */
        public Access {
            expect(
                    !(allowCallers.isEmpty()
                            && denyCallers.isEmpty()
                            && allowTenants.isEmpty()
                            && denyTenants.isEmpty()),
                    "access: nothing (expected: allowCallers, denyCallers, allowTenants or"
                            + " denyTenants)");
        }

        @Override
        public Kind kind() {
            return Kind.ACCESS;
        }
    }

    /**
     * What a request must look like (P6.2.3-k).
     *
     * @param check the switch: off, nothing is looked at
     * @param name a schema that the process knows; empty for none
     * @param fields what is said of single fields
     */
    record Schema(boolean check, String name, Map<String, Field> fields) implements Rule {
        /** Refuses a schema that says nothing. */
        public Schema {
            expect(
                    !(name.isEmpty() && fields.isEmpty()),
                    "schema: nothing (expected: name or fields)");
        }

        @Override
        public Kind kind() {
            return Kind.SCHEMA;
        }
    }

    /**
     * What a field of a request must be.
     *
     * @param required whether it must be there
     * @param mostChars its greatest length, 1 to 65536
     * @param pattern a regular expression for the whole of it; empty for any
     */
    record Field(boolean required, int mostChars, String pattern) {
        /** Refuses lengths out of range. */
        public Field {
            range("mostChars", mostChars, 1, 65_536);
            java.util.regex.Pattern.compile(pattern);
        }
    }

    /**
     * Protection against overload: while the processors or the latency are beyond their bounds,
     * calls are refused, those of the lowest {@link Priority} first.
     *
     * @param cpu the bound on the share of the processors in use, up to 1; 0 for none
     * @param latency the bound on the mean time of the calls of this policy; zero for none
     */
    record Overload(double cpu, Duration latency) implements Rule {
        /** Refuses a protection without any bound. */
        public Overload {
            expect(cpu >= 0 && cpu <= 1, "cpu: " + cpu + " (expected: 0 to 1)");
            expect(cpu > 0 || !latency.isZero(), "overload: no bound (expected: cpu or latency)");
        }

        @Override
        public Kind kind() {
            return Kind.OVERLOAD;
        }
    }

    /**
     * What is answered instead (P6.2.2.5-d, P6.2.3-d).
     *
     * @param always by hand: every call
     * @param when by itself: calls that a policy of these kinds refuses
     * @param failures by itself: calls that failed, where nothing has happened by them for certain
     * @param instead what is answered
     */
    record Degrade(boolean always, Set<Kind> when, boolean failures, Fallback instead)
            implements Rule {
        private static final Set<Kind> SWITCHES =
                Set.of(Kind.OVERLOAD, Kind.BREAKER, Kind.RATE, Kind.QUOTA, Kind.CONCURRENCY);

        /** Refuses a switch that nothing turns, and answers for those who may not ask. */
        public Degrade {
            expect(
                    always != (failures || !when.isEmpty()) && SWITCHES.containsAll(when),
                    "when: "
                            + when
                            + " (expected: \"always\", or a list of breaker, overload,"
                            + " rate, quota, concurrency, failure)");
            when = Set.copyOf(when);
        }

        @Override
        public Kind kind() {
            return Kind.DEGRADE;
        }
    }

    /**
     * A circuit breaker (P6.2.2.5-f, P6.2.3-e, S.ms-5).
     *
     * @param failures the share of failed calls that opens it, over 0 and up to 1; 0 for never
     * @param slow the share of slow calls that opens it, over 0 and up to 1; 0 for never
     * @param slowAfter what is slow
     * @param window over what the shares are counted, 1 s to 10 min
     * @param minimumCalls how many calls of the window say something
     * @param openFor how long it refuses before it tries again
     * @param probes how many calls it tries then
     */
    record Breaker(
            double failures,
            double slow,
            Duration slowAfter,
            Duration window,
            int minimumCalls,
            Duration openFor,
            int probes)
            implements Rule {
        /** Refuses a breaker that never opens, or for no time. */
        public Breaker {
            expect(failures >= 0 && failures <= 1, "failures: " + failures + " (expected: 0 to 1)");
            expect(slow >= 0 && slow <= 1, "slow: " + slow + " (expected: 0 to 1)");
            expect(failures > 0 || slow > 0, "breaker: no share (expected: failures or slow)");
            expect(
                    slow == 0 || !slowAfter.isZero(),
                    "slowAfter: 0 (expected: what is slow, such as 800ms)");
            range("window", window, Duration.ofSeconds(1), Duration.ofMinutes(10));
            range("minimumCalls", minimumCalls, 1, 1_000_000);
            range("openFor", openFor, Duration.ofMillis(100), Duration.ofHours(1));
            range("probes", probes, 1, 1_000);
        }

        @Override
        public Kind kind() {
            return Kind.BREAKER;
        }
    }

    /**
     * A limit on calls a second (P6.2.2.5-h, P6.2.3-c, S.ms-5).
     *
     * @param perSecond how many
     * @param burst how many may come at once after a pause, 1 or more
     * @param excess what becomes of the others
     */
    record Rate(double perSecond, int burst, Excess excess) implements Rule {
        /** Refuses limits out of range. */
        public Rate {
            rate("perSecond", perSecond);
            range("burst", burst, 1, 1_000_000);
        }

        @Override
        public Kind kind() {
            return Kind.RATE;
        }
    }

    /** What becomes of calls beyond a limit. */
    sealed interface Excess {
        /** They are refused as a whole. */
        record Reject() implements Excess {}

        /** Of a batch, as many pieces of work are admitted as there is room for. */
        record Partial() implements Excess {}

        /**
         * They wait for their turn.
         *
         * @param most how many wait at a time; more are refused
         * @param longest whose turn is later is refused at once
         */
        record Queue(int most, Duration longest) implements Excess {
            /** Refuses queues without a bound. */
            public Queue {
                range("most", most, 1, 100_000);
                range("longest", longest, Duration.ofMillis(1), Duration.ofMinutes(1));
            }
        }
    }

    /**
     * A limit on calls a second of all processes together, leased in shares.
     *
     * @param name the quota, which policies of several services may share
     * @param perSecond of all together
     * @param withoutLease what a process may use that never had a lease
     * @param lease how long a share is promised, 1 s to 10 min
     */
    record Quota(String name, double perSecond, double withoutLease, Duration lease)
            implements Rule {
        /** Refuses a share without a lease beyond the whole. */
        public Quota {
            expect(
                    name.matches("[a-z0-9][a-z0-9-]{0,59}"),
                    "name: \"" + name + "\" (expected: lower-case letters, digits, -)");
            rate("perSecond", perSecond);
            expect(
                    withoutLease >= 0 && withoutLease <= perSecond,
                    "withoutLease: " + withoutLease + " (expected: 0 to " + perSecond + ")");
            range("lease", lease, Duration.ofSeconds(1), Duration.ofMinutes(10));
        }

        @Override
        public Kind kind() {
            return Kind.QUOTA;
        }
    }

    /**
     * A limit on calls at a time (P6.2.2.5-c).
     *
     * @param least an adaptive one never falls below; a fixed one has the same three numbers
     * @param first what it begins with
     * @param most it never rises above
     */
    record Concurrency(int least, int first, int most) implements Rule {
        /** Refuses numbers out of their order. */
        public Concurrency {
            expect(
                    1 <= least && least <= first && first <= most && most <= 100_000,
                    "concurrency: %d, %d, %d (expected: 1 <= least <= first <= most <= 100000)"
                            .formatted(least, first, most));
        }

        /** Whether it finds the limit by itself. */
        public boolean isAdaptive() {
            return least < most;
        }

        @Override
        public Kind kind() {
            return Kind.CONCURRENCY;
        }
    }

    /**
     * A fault to order (P6.2.3-g).
     *
     * @param percent of the calls, over 0 and up to 100
     * @param what the fault
     */
    record Fault(double percent, Injection what) implements Rule {
        /** Refuses a share out of range. */
        public Fault {
            hundredths("percent", percent);
        }

        @Override
        public Kind kind() {
            return Kind.FAULT;
        }
    }

    /** The faults there are. */
    sealed interface Injection {
        /**
         * The call waits, and goes on.
         *
         * @param length how long
         */
        record Delay(Duration length) implements Injection {
            /** Refuses delays out of range. */
            public Delay {
                range("delay", length, Duration.ofMillis(1), Duration.ofMinutes(1));
            }
        }

        /**
         * The call is refused.
         *
         * @param code with this code
         */
        record Refusal(OutcomeCode code) implements Injection {
            /** Refuses what is no refusal. */
            public Refusal {
                expect(
                        code.kind() != OutcomeCode.Kind.ACCEPTED,
                        "error: " + code + " (expected: a refusal)");
            }
        }

        /** The call ends without an answer, as if the connection were lost. */
        record Abort() implements Injection {}
    }

    /**
     * Which instances serve a call (P6.2.3-i); see {@link Destination}.
     *
     * @param shield instances with all the labels of one of these get no calls; label {@code id} is
     *     the instance itself
     * @param branches the first that is for a call says where it goes
     * @param base the labels of where everything else goes, and what finds no instance
     */
    record Route(
            List<Map<String, String>> shield, List<RouteBranch> branches, Map<String, String> base)
            implements Rule {
        /** Refuses a route that leads nowhere in particular. */
        public Route {
            expect(
                    !(shield.isEmpty() && branches.isEmpty() && base.isEmpty()),
                    "route: nothing (expected: shield, rules or base)");
            expect(
                    shield.stream().noneMatch(Map::isEmpty),
                    "shield: {} (expected: labels of the instances to be left out)");
            shield = List.copyOf(shield);
            branches = List.copyOf(branches);
            base = Map.copyOf(base);
        }

        @Override
        public Kind kind() {
            return Kind.ROUTE;
        }
    }

    private static void hundredths(String name, double value) {
        expect(value > 0 && value <= 100, name + ": " + value + " (expected: over 0 to 100)");
    }

    private static void rate(String name, double value) {
        expect(
                value >= 0.001 && value <= 1_000_000,
                name + ": " + value + " (expected: 0.001 to 1000000)");
    }

    private static void range(String name, int value, int least, int most) {
        expect(
                value >= least && value <= most,
                name + ": " + value + " (expected: " + least + " to " + most + ")");
    }

    private static void range(String name, Duration value, Duration least, Duration most) {
        expect(
                value.compareTo(least) >= 0 && value.compareTo(most) <= 0,
                name + ": " + value + " (expected: " + least + " to " + most + ")");
    }

    private static void expect(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
