package io.feiqian.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import io.feiqian.bank.contract.BranchRecord;
import io.feiqian.bank.contract.CellStatusResponse;
import io.feiqian.bank.contract.DeliveryRecord;
import io.feiqian.bank.contract.OwnedRange;
import io.feiqian.bank.contract.PeerPosition;
import io.feiqian.bank.contract.RegistryView;
import io.feiqian.bank.contract.RouteMapVersionRecord;
import io.feiqian.bank.contract.RouteRecord;
import io.feiqian.bank.contract.ShowAccountResponse;
import io.feiqian.bank.contract.ShowTransactionResponse;
import io.feiqian.bank.contract.StatementEntry;
import io.feiqian.bank.contract.TransactionRecord;
import io.feiqian.bank.contract.TrialBalanceResponse;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Currency;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What the cells of a tenant say of others does not come through. */
final class BorderTest {
    private static final String OURS = customer(17);
    private static final String THEIRS = customer(7_777);
    private static final String THEIR_DESK =
            AccountNumber.of(Slot.pinnedTo(new CellId(2)), AccountNumber.Kind.CASH, 1).toString();
    private static final String BETWEEN =
            AccountNumber.interCell(new CellId(1), new CellId(2), Currency.of("CNY")).toString();

    private final AtomicInteger leftOut = new AtomicInteger();
    private final Border border =
            new Border(
                    new Tenant("north", Set.of("cell-1")),
                    List.of(OwnedRange.newBuilder().setFirst(0).setLast(4_949).build()),
                    leftOut::incrementAndGet);

    @Requirement("D6.9-b")
    @Test
    void noAnswerOfTheContractNamesAnotherCellOrItsAccounts() {
        List<MethodDescriptor> methods =
                CellStatusResponse.getDescriptor()
                        .getFile()
                        .findServiceByName("CellAdmin")
                        .getMethods();
        assertThat(methods).hasSizeGreaterThan(10);
        for (MethodDescriptor each : methods) {
            Message full = full(each.getOutputType(), 0);
            assertThat(full.toString()).contains("cell-2", THEIRS);
            assertThat(border.within(full).toString())
                    .as(each.getName())
                    .doesNotContain("cell-2", THEIRS, THEIR_DESK);
        }
        Message registry = full(RegistryView.getDescriptor(), 0);
        assertThat(border.within(registry).toString()).doesNotContain("cell-2", THEIRS);
    }

    @Test
    void aDecisionIsShownWithoutTheBranchesOfOthers() {
        ShowTransactionResponse seen =
                border.within(
                        ShowTransactionResponse.newBuilder()
                                .setCell("cell-1")
                                .addRecords(
                                        TransactionRecord.newBuilder()
                                                .setCell("cell-1")
                                                .setInitiator("cell-2")
                                                .setContent("1.00 from " + THEIRS + " to " + OURS)
                                                .addBranches(branch("cell-1"))
                                                .addBranches(branch("cell-2"))
                                                .addBranches(branch("")))
                                .build());
        TransactionRecord record = seen.getRecords(0);
        assertThat(record.getBranchesList())
                .extracting(BranchRecord::getCell)
                .containsExactly("cell-1");
        assertThat(record.getContent()).isEqualTo("1.00 from … to " + OURS);
        assertThat(record.getInitiator()).isEqualTo("…");
        assertThat(leftOut.get()).isPositive();
    }

    @Test
    void whatACallMetOnItsWayDoesNotNameMachinesOfOthers() {
        DeliveryRecord driving =
                DeliveryRecord.newBuilder()
                        .setLastError("UNAVAILABLE: io exception, 10.20.30.40:7001")
                        .build();
        assertThat(border.within(driving).getLastError()).isEqualTo("…");
        assertThat(leftOut.get()).isPositive();
        assertThat(border.within(DeliveryRecord.getDefaultInstance()).getLastError()).isEmpty();
    }

    @Test
    void whatIsOwnComesThroughAsItIs() {
        String trace =
                TraceNumber.of(BusinessDate.parse("2026-01-05"), new Slot(7_777), 9, 1).toString();
        ShowTransactionResponse own =
                ShowTransactionResponse.newBuilder()
                        .setCell("cell-1")
                        .setInstance("cell-1-2")
                        .addRecords(
                                TransactionRecord.newBuilder()
                                        .setTraceNumber(trace)
                                        .setCell("cell-1")
                                        .setInitiator("cell-1")
                                        .setContent("from " + OURS + " to " + BETWEEN)
                                        .setTransactionDigest("7777123456789012")
                                        .addBranches(branch("cell-1")))
                        .build();
        assertThat(border.within(own)).isEqualTo(own);
        assertThat(leftOut.get()).isZero();
    }

    @Test
    void anAccountThatNobodyVouchesForIsNotOwn() {
        Border blind =
                new Border(
                        new Tenant("north", Set.of("cell-1")), List.of(), leftOut::incrementAndGet);
        ShowAccountResponse said =
                ShowAccountResponse.newBuilder()
                        .addEntries(StatementEntry.newBuilder().setCounterAccount(OURS))
                        .addEntries(StatementEntry.newBuilder().setCounterAccount(BETWEEN))
                        .build();
        assertThat(blind.within(said).getEntriesList())
                .extracting(StatementEntry::getCounterAccount)
                .containsExactly("…", BETWEEN);
    }

    @Test
    void whatIsOwedToOthersAndTheirPartOfTheRouteMapAreLeftOutAsAWhole() {
        TrialBalanceResponse balance =
                TrialBalanceResponse.newBuilder()
                        .setCell("cell-1")
                        .addPeers(PeerPosition.newBuilder().setPeer("cell-2").setBalanceMinor(7))
                        .build();
        assertThat(border.within(balance).getPeersList()).isEmpty();
        RegistryView registry =
                RegistryView.newBuilder()
                        .addRoutes(RouteRecord.newBuilder().setLast(4_949).setOwner("cell-1"))
                        .addRoutes(RouteRecord.newBuilder().setFirst(4_950).setOwner("cell-2"))
                        .addVersions(
                                RouteMapVersionRecord.newBuilder()
                                        .addChanges("0000-4949: cell-1")
                                        .addChanges("4950-9899: cell-2"))
                        .build();
        assertThat(border.within(registry).getRoutesList()).hasSize(1);
        assertThat(border.within(registry).getVersions(0).getChangesList())
                .containsExactly("0000-4949: cell-1");
    }

    /** Everything that there is a field for, said of another cell. */
    private static Message full(Descriptor type, int depth) {
        DynamicMessage.Builder message = DynamicMessage.newBuilder(type);
        for (FieldDescriptor field : type.getFields()) {
            if (field.getJavaType() == JavaType.STRING) {
                set(message, field, "cell-2 cell-2-1 " + THEIRS + " " + THEIR_DESK);
                if (!field.isRepeated() && field.getName().equals("cell")) {
                    message.setField(field, depth % 2 == 0 ? "cell-1" : "cell-2");
                }
            } else if (field.getJavaType() == JavaType.MESSAGE && depth < 6) {
                if (field.isRepeated()) {
                    message.addRepeatedField(field, full(field.getMessageType(), depth + 1));
                    message.addRepeatedField(field, full(field.getMessageType(), depth + 2));
                } else {
                    message.setField(field, full(field.getMessageType(), depth + 2));
                }
            }
        }
        return message.build();
    }

    private static void set(DynamicMessage.Builder message, FieldDescriptor field, String text) {
        if (field.isRepeated()) {
            message.addRepeatedField(field, text);
        } else {
            message.setField(field, text);
        }
    }

    private static BranchRecord branch(String cell) {
        return BranchRecord.newBuilder().setBranch(1).setCell(cell).build();
    }

    private static String customer(int slot) {
        return AccountNumber.of(new Slot(slot), AccountNumber.Kind.CUSTOMER, 1).toString();
    }
}
