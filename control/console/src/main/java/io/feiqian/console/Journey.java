package io.feiqian.console;

import io.feiqian.bank.contract.BranchRecord;
import io.feiqian.bank.contract.Change;
import io.feiqian.bank.contract.DeliveryRecord;
import io.feiqian.bank.contract.DrivingRecord;
import io.feiqian.bank.contract.JournalRecord;
import io.feiqian.bank.contract.ResolutionRecord;
import io.feiqian.bank.contract.ShowTransactionResponse;
import io.feiqian.bank.contract.TransactionRecord;
import io.feiqian.vocabulary.OutcomeCode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The way of one transaction through the cells, as far as their own tables tell it: a pure function
 * of what they said.
 *
 * @param trace the trace number; empty where none was asked for
 * @param silent the cells that said nothing, so that something may be missing
 * @param records decisions and branches
 * @param entries the journal entries of all cells
 * @param events everything that has a time, the earliest first
 * @param resolutions what was ever proposed for it
 * @param suspended in which cells it is suspended, by whom and why
 * @param unfinished whether something of it is unfinished
 * @param observed its traces and log lines
 * @param signedBy the fingerprint of the key that signs evidence about it
 */
public record Journey(
        String trace,
        List<String> silent,
        List<Line> records,
        List<Entry> entries,
        List<Event> events,
        List<ResolutionRecord> resolutions,
        List<String> suspended,
        boolean unfinished,
        Observed observed,
        String signedBy) {
    /** Nothing was asked for. */
    static final Journey NONE =
            new Journey(
                    "",
                    List.of(),
                    List.of(),
                    List.of(),
                    List.of(),
                    List.of(),
                    List.of(),
                    false,
                    Observed.NOTHING,
                    "");

    /** A decision or a branch. */
    public record Line(
            String cell,
            String role,
            String state,
            String businessDate,
            int attempt,
            String content,
            String said,
            List<Part> branches) {}

    /** A branch of a decision, or the one that a branch's own record is of. */
    public record Part(
            int branch,
            String service,
            int slot,
            String cell,
            boolean finished,
            String correction) {}

    /** A journal entry. */
    public record Entry(
            String cell,
            String businessDate,
            int step,
            String kind,
            String debit,
            String credit,
            String amount,
            String currency,
            String refused) {}

    /**
     * Something that happened, or that is going to.
     *
     * @param kind the key of its name
     */
    public record Event(long millis, String cell, String kind, String detail) {}

    /** Whether the cells that answered know nothing of it. */
    public boolean isEmpty() {
        return records.isEmpty() && entries.isEmpty();
    }

    /** The same with what was observed of it. */
    Journey with(Observed seen, String fingerprint) {
        return new Journey(
                trace,
                silent,
                records,
                entries,
                events,
                resolutions,
                suspended,
                unfinished,
                seen,
                fingerprint);
    }

    static Journey of(String trace, List<String> silent, List<ShowTransactionResponse> said) {
        List<Line> records = new ArrayList<>();
        List<Entry> entries = new ArrayList<>();
        List<Event> events = new ArrayList<>();
        List<ResolutionRecord> resolutions = new ArrayList<>();
        List<String> suspended = new ArrayList<>();
        boolean unfinished = false;
        for (ShowTransactionResponse each : said) {
            String cell = each.getCell();
            for (TransactionRecord record : each.getRecordsList()) {
                records.add(line(record));
                happened(record, events);
                unfinished |= record.getFinishedAtMillis() == 0;
            }
            for (JournalRecord entry : each.getEntriesList()) {
                entries.add(entry(cell, entry));
                events.add(
                        new Event(
                                entry.getPostedAtMillis(),
                                cell,
                                entry.getRefused().isEmpty() ? "posted" : "refused",
                                "%s %s, %s → %s"
                                        .formatted(
                                                entry.getAmount(),
                                                entry.getCurrency(),
                                                entry.getDebit(),
                                                entry.getCredit())));
            }
            each.getDrivingList().forEach(driving -> happened(cell, driving, events));
            each.getAlarmsList()
                    .forEach(alarm ->
                            events.add(
                                    new Event(
                                            alarm.getLastMillis(),
                                            cell,
                                            "alarm",
                                            alarm.getKind() + ": " + alarm.getMessage())));
            for (Change action : each.getActionsList()) {
                events.add(
                        new Event(
                                action.getAtMillis(),
                                cell,
                                "operator",
                                "%s, %s: %s"
                                        .formatted(
                                                action.getOperator(),
                                                action.getAction(),
                                                action.getReason())));
            }
            resolutions.addAll(each.getResolutionsList());
            if (each.hasSuspension()) {
                suspended.add(
                        "%s: %s, %s"
                                .formatted(
                                        cell,
                                        each.getSuspension().getOperator(),
                                        each.getSuspension().getReason()));
            }
        }
        events.sort(Comparator.comparingLong(Event::millis));
        return new Journey(
                trace,
                silent,
                records,
                entries,
                events,
                resolutions,
                suspended,
                unfinished,
                Observed.NOTHING,
                "");
    }

    private static Line line(TransactionRecord record) {
        boolean accepted = record.getSaid().getCode() == OutcomeCode.ACCEPTED.number();
        return new Line(
                record.getCell(),
                record.getRole(),
                record.getState(),
                record.getBusinessDate(),
                record.getAttempt(),
                record.getContent(),
                accepted ? "" : record.getSaid().getName() + ": " + record.getSaid().getMessage(),
                record.getBranchesList().stream().map(Journey::part).toList());
    }

    private static Part part(BranchRecord branch) {
        return new Part(
                branch.getBranch(),
                branch.getService(),
                branch.getSlot(),
                branch.getCell(),
                branch.getFinished(),
                branch.getCorrectingEntry());
    }

    private static Entry entry(String cell, JournalRecord entry) {
        return new Entry(
                cell,
                entry.getBusinessDate(),
                entry.getSubNumber(),
                entry.getKind(),
                entry.getDebit(),
                entry.getCredit(),
                entry.getAmount(),
                entry.getCurrency(),
                entry.getRefused());
    }

    private static void happened(TransactionRecord record, List<Event> events) {
        String which =
                record.getRole().equals("BRANCH")
                        ? "branch " + record.getBranches(0).getBranch()
                        : "decision";
        if (record.getFinishedAtMillis() > 0) {
            events.add(
                    new Event(
                            record.getFinishedAtMillis(),
                            record.getCell(),
                            "finished",
                            which + ", " + record.getState()));
        } else {
            events.add(new Event(record.getDecideByMillis(), record.getCell(), "deadline", which));
        }
    }

    private static void happened(String cell, DrivingRecord driving, List<Event> events) {
        for (DeliveryRecord each : driving.getDeliveriesList()) {
            events.add(
                    new Event(
                            each.getLastMillis(),
                            cell,
                            "failed",
                            "%s, %d: %s"
                                    .formatted(
                                            driving.getInstance(),
                                            each.getFailures(),
                                            each.getLastError())));
        }
    }
}
