package io.feiqian.bank;

import io.feiqian.bank.contract.AlarmRecord;
import io.feiqian.bank.contract.Change;
import io.feiqian.bank.contract.DeliveryRecord;
import io.feiqian.bank.contract.DrivingRecord;
import io.feiqian.bank.contract.JournalRecord;
import io.feiqian.bank.contract.ResolutionRecord;
import io.feiqian.bank.contract.SuspensionRecord;
import io.feiqian.ledger.JournalRow;
import io.feiqian.security.AuditRecord;
import io.feiqian.transaction.Driving;
import io.feiqian.transaction.RaisedAlarm;
import io.feiqian.transaction.Resolution;
import io.feiqian.transaction.Suspension;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Currency;
import io.feiqian.vocabulary.Money;
import java.util.TreeMap;

/** What an operator is shown about a transaction, as the contract's messages. Pure. */
final class Shown {
    private static final String OUTCOME = "outcome";

    private Shown() {}

    static Change change(AuditRecord record) {
        TreeMap<String, String> details = new TreeMap<>(record.entry().details());
        String outcome = details.remove(OUTCOME);
        return Change.newBuilder()
                .setNumber(record.sequence())
                .setAtMillis(record.at().toEpochMilli())
                .setOperator(record.entry().order().operator().name())
                .setReason(record.entry().order().reason())
                .setAction(record.entry().action())
                .setDetail(record.entry().subject() + " " + details)
                .setOutcome(outcome == null ? "" : outcome)
                .build();
    }

    static DrivingRecord driving(String instance, Driving driving) {
        DrivingRecord.Builder record =
                DrivingRecord.newBuilder()
                        .setInstance(instance)
                        .setRole(driving.role())
                        .setPhase(driving.phase())
                        .setAttempt(driving.attempt())
                        .setBranch(driving.branch());
        driving.deliveries()
                .forEach(each ->
                        record.addDeliveries(
                                DeliveryRecord.newBuilder()
                                        .setBranch(each.branch())
                                        .setFailures(each.failures())
                                        .setLastError(each.lastError())
                                        .setLastMillis(each.lastMillis())
                                        .setNextMillis(each.nextMillis())));
        return record.build();
    }

    static AlarmRecord alarm(RaisedAlarm alarm) {
        return AlarmRecord.newBuilder()
                .setKind(alarm.kind())
                .setMessage(alarm.message())
                .setFirstMillis(alarm.firstMillis())
                .setLastMillis(alarm.lastMillis())
                .setTimes(alarm.times())
                .build();
    }

    static SuspensionRecord suspension(Suspension suspension) {
        return SuspensionRecord.newBuilder()
                .setOperator(suspension.operator())
                .setReason(suspension.reason())
                .setSinceMillis(suspension.sinceMillis())
                .build();
    }

    static ResolutionRecord resolution(CellId cell, Resolution row, long nowMillis) {
        boolean expired = row.state() == Resolution.State.OPEN && nowMillis > row.expiresAt();
        return ResolutionRecord.newBuilder()
                .setId(cell.number() + "-" + row.id())
                .setTraceNumber(row.branch().key().trace().toString())
                .setAttempt(row.branch().key().attempt())
                .setBranch(row.branch().key().branch())
                .setService(row.branch().service())
                .setWay(row.way().name())
                .setVerdict(row.verdict().name())
                .setEvidence(row.evidence())
                .setDigest(Fields.digest(row.digest()))
                .setState(expired ? "EXPIRED" : row.state().name())
                .setProposer(row.proposer().operator())
                .setProposalReason(row.proposer().reason())
                .setProposedMillis(row.proposedAt())
                .setExpiresMillis(row.expiresAt())
                .setDecider(row.decider().operator())
                .setDecisionReason(row.decider().reason())
                .setDecidedMillis(row.decidedAt())
                .build();
    }

    static JournalRecord entry(JournalRow row) {
        JournalRecord.Builder record =
                JournalRecord.newBuilder()
                        .setSubNumber(row.key().sub().number())
                        .setKind(row.kind().name())
                        .setBusinessDate(BusinessDate.ofNumber(row.date()).toString())
                        .setPostedAtMillis(row.postedAt())
                        .setRefused(row.refusal().map(it -> it.code().name()).orElse(""));
        if (row.currency() != 0) {
            Currency currency = Currency.ofNumber(row.currency());
            record.setDebit(new AccountNumber(row.debit()).toString())
                    .setCredit(new AccountNumber(row.credit()).toString())
                    .setCurrency(currency.code())
                    .setAmount(new Money(row.amount(), currency).decimal());
        }
        return record.build();
    }
}
