package io.feiqian.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.feiqian.bank.contract.AlarmRecord;
import io.feiqian.bank.contract.BranchRecord;
import io.feiqian.bank.contract.Change;
import io.feiqian.bank.contract.DeliveryRecord;
import io.feiqian.bank.contract.DrivingRecord;
import io.feiqian.bank.contract.JournalRecord;
import io.feiqian.bank.contract.ResolutionRecord;
import io.feiqian.bank.contract.ShowTransactionResponse;
import io.feiqian.bank.contract.TransactionRecord;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.TraceNumber;
import java.io.PrintStream;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Shows everything that all cells know of one transaction (B11.3-c, B12-c.2). */
@Command(
        name = "show",
        mixinStandardHelpOptions = true,
        description = {
            "Show the whole of one transaction: decision, branches, journal, what every instance",
            "does about it, alarms, and what operators did."
        })
final class TxShow implements Callable<Integer> {
    @Mixin private final CommonOptions common = new CommonOptions();

    @Mixin private final ServiceOptions services = new ServiceOptions();

    @Parameters(paramLabel = "TRACE", description = "the trace number, 33 digits")
    private String trace = "";

    @Override
    public Integer call() {
        if (services.areGiven()) {
            return new TxServices(common, services).show(trace);
        }
        TraceNumber number = TraceNumber.parse(trace);
        TxCells.Said<ShowTransactionResponse> said = TxCells.show(common, "tx show", number);
        if (said.silent().isEmpty() && said.answers().stream().allMatch(TxShow::isEmpty)) {
            throw TxCells.nobody(number);
        }
        if (common.json()) {
            ArrayNode all = BankClient.body().arrayNode();
            said.answers().forEach(each -> all.add(Json.of(each)));
            common.out().println(all.toPrettyString());
        } else {
            said.answers().forEach(this::print);
        }
        return said.end();
    }

    private static boolean isEmpty(ShowTransactionResponse each) {
        return each.getRecordsCount() + each.getEntriesCount() + each.getDrivingCount() == 0;
    }

    private void print(ShowTransactionResponse each) {
        PrintStream out = common.out();
        each.getRecordsList().forEach(this::print);
        each.getEntriesList().forEach(entry -> out.println("    " + each.getCell() + line(entry)));
        if (each.hasSuspension()) {
            out.printf(
                    "    %s: SUSPENDED by %s since %s: %s%n",
                    each.getCell(),
                    each.getSuspension().getOperator(),
                    Instant.ofEpochMilli(each.getSuspension().getSinceMillis()),
                    each.getSuspension().getReason());
        }
        each.getDrivingList().forEach(this::print);
        for (AlarmRecord alarm : each.getAlarmsList()) {
            out.printf(
                    "    %s: alarm %s, %d times, last %s: %s%n",
                    each.getCell(),
                    alarm.getKind(),
                    alarm.getTimes(),
                    Instant.ofEpochMilli(alarm.getLastMillis()),
                    alarm.getMessage());
        }
        each.getResolutionsList().forEach(row -> print(out, row));
        for (Change action : each.getActionsList().reversed()) {
            out.printf(
                    "    %s: %s by %s, %s: %s%n",
                    each.getCell(),
                    action.getAction(),
                    action.getOperator(),
                    Instant.ofEpochMilli(action.getAtMillis()),
                    action.getReason());
        }
    }

    private void print(TransactionRecord record) {
        PrintStream out = common.out();
        out.println(TxCommand.line(record));
        out.printf(
                "    channel %03d, home slot %04d, business date %s%n",
                record.getChannel(), record.getHomeSlot(), record.getBusinessDate());
        for (BranchRecord branch : record.getBranchesList()) {
            out.printf(
                    "    branch %d of %s in slot %d, %s: %s%n",
                    branch.getBranch(),
                    branch.getService(),
                    branch.getSlot(),
                    branch.getCell().isEmpty() ? "no owner" : branch.getCell(),
                    branch.getFinished() ? "finished" : "UNFINISHED");
            if (!branch.getCorrectingEntry().isEmpty()) {
                out.printf(
                        "        if it must be put right by hand: %s%n",
                        branch.getCorrectingEntry());
            }
        }
        if (record.getSaid().getCode() != OutcomeCode.ACCEPTED.number()) {
            out.printf(
                    "    said %s: %s%n", record.getSaid().getName(), record.getSaid().getMessage());
        }
    }

    private void print(DrivingRecord driving) {
        common.out()
                .printf(
                        "    %s is at it: %s%s, attempt %d%n",
                        driving.getInstance(),
                        driving.getPhase(),
                        driving.getBranch() == 0 ? "" : " branch " + driving.getBranch(),
                        driving.getAttempt());
        for (DeliveryRecord each : driving.getDeliveriesList()) {
            common.out()
                    .printf(
                            "        %s failed %d times, last %s: %s%s%n",
                            each.getBranch() == 0 ? "the commit" : "branch " + each.getBranch(),
                            each.getFailures(),
                            Instant.ofEpochMilli(each.getLastMillis()),
                            each.getLastError(),
                            each.getNextMillis() == 0
                                    ? ""
                                    : "; again at " + Instant.ofEpochMilli(each.getNextMillis()));
        }
    }

    /** A proposal as its approver reads it. */
    static void print(PrintStream out, ResolutionRecord row) {
        out.printf(
                "    proposal %s, %s: branch %d is to be %s%n"
                        + "        %s: %s%n"
                        + "        proposed by %s until %s: %s%n",
                row.getId(),
                row.getState(),
                row.getBranch(),
                row.getVerdict(),
                row.getWay().equals("CORRECT") ? "effect" : "corrected by",
                row.getEvidence(),
                row.getProposer(),
                Instant.ofEpochMilli(row.getExpiresMillis()),
                row.getProposalReason());
        if (row.getDecidedMillis() > 0) {
            out.printf("        by %s: %s%n", row.getDecider(), row.getDecisionReason());
        } else {
            out.printf("        digest %s%n", row.getDigest());
        }
    }

    private static String line(JournalRecord entry) {
        return " posted on %s, step %d: %s %s %s from %s to %s%s"
                .formatted(
                        entry.getBusinessDate(),
                        entry.getSubNumber(),
                        entry.getKind(),
                        entry.getAmount(),
                        entry.getCurrency(),
                        entry.getDebit(),
                        entry.getCredit(),
                        entry.getRefused().isEmpty() ? "" : ", refused: " + entry.getRefused());
    }
}
