package io.feiqian.chaos;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The kinds of global transactions of services' own that a run may have in its load. */
enum GlobalKind {
    /** Reservations. */
    TCC(Leg.How.TCC),
    /** Ordinary statements, undone by their images. */
    SQL(Leg.How.SQL),
    /** Prepared transactions. */
    XA(Leg.How.XA),
    /** Done at once, reversed where the transaction aborts. */
    REVERSAL(Leg.How.REVERSAL),
    /** An own share, and messages that leave with the decision. */
    MESSAGE(Leg.How.MESSAGE),
    /** A transaction that takes the messages of an earlier one back, by messages. */
    RECALL(null),
    /** Several of the kinds above in one transaction. */
    MIXED(null),
    /** Steps one after the other, reversed in reverse order. */
    SAGA(Leg.How.STEP),
    /** Steps in a loop and at the same time. */
    ORCHESTRATION(Leg.How.STEP);

    private final Optional<Leg.How> how;

    GlobalKind(Leg.@org.jspecify.annotations.Nullable How how) {
        this.how = Optional.ofNullable(how);
    }

    /** How its legs are done; empty where they differ. */
    Optional<Leg.How> how() {
        return how;
    }

    /** Whether it is made of steps, each durable, and not of branches under one decision. */
    boolean isOfSteps() {
        return this == SAGA || this == ORCHESTRATION;
    }

    /** The name on the command line. */
    String option() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The names of all. */
    static List<String> options() {
        return Arrays.stream(values()).map(GlobalKind::option).toList();
    }

    /** The kind of this name. */
    static Optional<GlobalKind> named(String name) {
        return Arrays.stream(values()).filter(each -> each.option().equals(name)).findFirst();
    }

    /** The kinds among these whose branches can be mixed. */
    static List<GlobalKind> mixable(Set<GlobalKind> kinds) {
        Set<GlobalKind> all = kinds.isEmpty() ? Set.of() : EnumSet.copyOf(kinds);
        return all.stream().filter(each -> each.how.isPresent() && !each.isOfSteps()).toList();
    }
}
