package io.feiqian.simulation;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What runs under a seed. */
public enum Kind {
    /** Cells: the ledger, transfers between cells, messages with an order, slots that move. */
    BANK("cells with their ledger, transfers between them, ordered messages, moving slots"),
    /** Services that reserve, confirm and cancel. */
    TCC("services: reservations"),
    /** Services whose statements are undone by images. */
    SQL("services: statements undone by their images"),
    /** Services whose database keeps the transaction prepared. */
    XA("services: prepared transactions"),
    /** Services that do at once and reverse. */
    REVERSAL("services: done at once, reversed where it aborts"),
    /** Services that send messages with their decision. */
    MESSAGE("services: messages that leave with the decision"),
    /** All of these under one decision. */
    MIXED("services: every kind of branch under one decision"),
    /** A service that is called begins a transaction of its own. */
    NESTED("services: who is called begins a transaction of its own"),
    /** Steps with reversals, driven by engines. */
    ORCHESTRATION("orchestrations: steps with reversals, driven by engines that die");

    private final String what;

    Kind(String what) {
        this.what = what;
    }

    /** Its name on the command line. */
    public String kindName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What it is, in a few words. */
    public String what() {
        return what;
    }

    /** The kind of this name. */
    public static Optional<Kind> named(String name) {
        return Arrays.stream(values()).filter(each -> each.kindName().equals(name)).findFirst();
    }
}
