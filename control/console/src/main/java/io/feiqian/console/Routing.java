package io.feiqian.console;

import io.feiqian.cli.Fleet;
import io.feiqian.cli.SlotSpan;
import io.feiqian.cli.SlotSpan.Claim;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.Slot;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Cells, slots and instances as the page shows them: a pure function of what they said.
 *
 * @param fleet what they said
 * @param slot the slot that was asked for; empty where none was
 */
public record Routing(Fleet fleet, Optional<Integer> slot) {
    /** How wide a band is, in units of the picture. */
    public static final int WIDTH = 1_200;

    /** How many colours there are for cells. */
    private static final int COLOURS = 8;

    /** So that also a single slot can be seen. */
    private static final double NARROWEST = 2;

    private static final double FOR_A_NAME = 60;

    /** Refuses what is no slot. */
    static Routing of(Fleet fleet, String asked) {
        String slot = asked.strip();
        if (slot.isEmpty()) {
            return new Routing(fleet, Optional.empty());
        }
        if (!slot.matches("[0-9]{1,4}")) {
            throw new RefusedException(
                    OutcomeCode.INVALID_TEXT,
                    "slot: not one (expected: 0 to %d)".formatted(Slot.COUNT - 1));
        }
        return new Routing(fleet, Optional.of(Integer.parseInt(slot)));
    }

    /**
     * A part of a band.
     *
     * @param look the classes of its owner's colour and of its state
     * @param name what stands in it; empty where there is no room
     */
    public record Bar(
            String x, String width, String middle, String look, boolean hatched, String name) {}

    /**
     * The slots of a range, as a picture.
     *
     * @param routed what the route map says
     * @param owned what the cells own
     * @param wrong where the two differ
     */
    public record Band(int first, int last, List<Bar> routed, List<Bar> owned, List<Bar> wrong) {
        /** Copies the lists. */
        public Band {
            routed = List.copyOf(routed);
            owned = List.copyOf(owned);
            wrong = List.copyOf(wrong);
        }
    }

    /** The span that was asked for; empty where none was, or nobody knows it. */
    public Optional<SlotSpan> asked() {
        return slot.flatMap(fleet.slots()::find);
    }

    /** Customers' slots, and the slots that are pinned to a cell. */
    public List<Band> bands() {
        return List.of(band(0, Slot.FIRST_PINNED - 1), band(Slot.FIRST_PINNED + 1, lastPinned()));
    }

    /** The cells with the class of their colour. */
    public String colour(String cell) {
        int index = fleet.cells().indexOf(cell);
        return index < 0 ? "owner-none" : "owner-" + index % COLOURS;
    }

    /** Slots as four digits. */
    public static String range(SlotSpan span) {
        return span.first() == span.last()
                ? String.format(Locale.ROOT, "%04d", span.first())
                : String.format(Locale.ROOT, "%04d–%04d", span.first(), span.last());
    }

    /** The pinned slots up to that of the last cell, so that they can be told apart. */
    private int lastPinned() {
        return fleet.slots().spans().stream()
                .mapToInt(SlotSpan::last)
                .filter(last -> last > Slot.FIRST_PINNED)
                .max()
                .orElse(Slot.FIRST_PINNED + 1);
    }

    private Band band(int first, int last) {
        List<Bar> routed = new ArrayList<>();
        List<Bar> owned = new ArrayList<>();
        List<Bar> wrong = new ArrayList<>();
        for (SlotSpan span : fleet.slots().spans()) {
            if (span.last() < first || span.first() > last) {
                continue;
            }
            double scale = (double) WIDTH / (last - first + 1);
            double x = (Math.max(span.first(), first) - first) * scale;
            double width =
                    Math.max(
                            NARROWEST,
                            (Math.min(span.last(), last) - Math.max(span.first(), first) + 1)
                                    * scale);
            span.routed().stream().limit(1).forEach(it -> routed.add(bar(x, width, it)));
            span.owned().stream().limit(1).forEach(it -> owned.add(bar(x, width, it)));
            if (span.verdict().isWrong()) {
                wrong.add(new Bar(number(x), number(Math.max(4, width)), "", "wrong", false, ""));
            }
        }
        return new Band(first, last, routed, owned, wrong);
    }

    private Bar bar(double x, double width, Claim claim) {
        return new Bar(
                number(x),
                number(width),
                number(x + width / 2),
                colour(claim.cell()),
                !claim.state().equals("OPEN"),
                width < FOR_A_NAME ? "" : claim.cell() + " @" + claim.epoch());
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
