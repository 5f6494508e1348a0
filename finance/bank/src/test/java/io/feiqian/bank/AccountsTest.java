package io.feiqian.bank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.bank.contract.Change;
import io.feiqian.bank.contract.GetAccountRequest;
import io.feiqian.bank.contract.GetAccountResponse;
import io.feiqian.bank.contract.GetCustomerRequest;
import io.feiqian.bank.contract.GetCustomerResponse;
import io.feiqian.bank.contract.GetStatementRequest;
import io.feiqian.bank.contract.GetStatementResponse;
import io.feiqian.bank.contract.ListChangesRequest;
import io.feiqian.bank.contract.OpenAccountRequest;
import io.feiqian.bank.contract.OpenAccountResponse;
import io.feiqian.bank.contract.OpenCustomerRequest;
import io.feiqian.bank.contract.OpenCustomerResponse;
import io.feiqian.bank.contract.OpenInternalAccountRequest;
import io.feiqian.bank.contract.SetAccountStatusRequest;
import io.feiqian.bank.contract.SetAccountStatusResponse;
import io.feiqian.rpc.contract.Outcome;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.AccountNumber.Kind;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.Slot;
import io.grpc.StatusRuntimeException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(Lifecycle.PER_CLASS)
class AccountsTest {
    @TempDir private static Path secrets;
    private TwoCells cells;

    @BeforeAll
    void start() {
        cells = new TwoCells(secrets);
    }

    @AfterAll
    void stop() {
        cells.close();
    }

    @Test
    void opensACustomerOnceHoweverOftenItIsAsked() {
        OpenCustomerRequest request = customerRequest().build();
        OpenCustomerResponse first = cells.bank(TwoCells.IN_SECOND).openCustomer(request);
        OpenCustomerResponse second = cells.bank(TwoCells.IN_SECOND).openCustomer(request);
        assertThat(code(first.getOutcome())).isEqualTo(OutcomeCode.ACCEPTED);
        assertThat(second.getCustomer()).isEqualTo(first.getCustomer());
        assertThat(second.getOutcome().getRecorded()).isTrue();
        assertThat(CustomerNumber.parse(first.getCustomer()).slot()).isEqualTo(TwoCells.IN_SECOND);
        OpenCustomerResponse other =
                cells.bank(TwoCells.IN_SECOND)
                        .openCustomer(request.toBuilder().setPhone("555").build());
        assertThat(code(other.getOutcome())).isEqualTo(OutcomeCode.TRACE_CONTENT_DIFFERS);
    }

    @Test
    @Requirement("D6.9-c")
    void keepsPersonalDataEncryptedAndFindsItsOwner() throws SQLException {
        OpenCustomerRequest request = customerRequest().build();
        String number = cells.bank(TwoCells.IN_SECOND).openCustomer(request).getCustomer();
        GetCustomerResponse found =
                cells.bank(TwoCells.IN_SECOND)
                        .getCustomer(GetCustomerRequest.newBuilder().setCustomer(number).build());
        assertThat(found.getName()).isEqualTo(request.getName());
        try (Connection connection = cells.database(TwoCells.SECOND).pool().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery(
                                "select name, document, phone, length(document_key) from customer"
                                        + " where id = "
                                        + Long.parseLong(number))) {
            assertThat(row.next()).isTrue();
            for (int i = 1; i <= 3; i++) {
                String bytes = new String(row.getBytes(i), StandardCharsets.ISO_8859_1);
                assertThat(bytes)
                        .isNotEmpty()
                        .doesNotContain(request.getName())
                        .doesNotContain(request.getDocument())
                        .doesNotContain(request.getPhone());
            }
            assertThat(row.getInt(4)).isEqualTo(32);
        }
    }

    @Test
    @Requirement({"D5.4-a", "D5.4-c"})
    void opensAnAccountOnceInItsCustomersSlot() {
        String customer = cells.customer(TwoCells.IN_SECOND);
        OpenAccountRequest request = accountRequest(customer).build();
        OpenAccountResponse first = cells.bank(TwoCells.IN_SECOND).openAccount(request);
        OpenAccountResponse second = cells.bank(TwoCells.IN_SECOND).openAccount(request);
        assertThat(code(first.getOutcome())).isEqualTo(OutcomeCode.ACCEPTED);
        assertThat(second.getAccount()).isEqualTo(first.getAccount());
        assertThat(second.getOutcome().getRecorded()).isTrue();
        assertThat(AccountNumber.parse(first.getAccount()).slot()).isEqualTo(TwoCells.IN_SECOND);
        GetAccountResponse shown = show(first.getAccount());
        assertThat(shown.getCustomer()).isEqualTo(customer);
        assertThat(shown.getStatus()).isEqualTo("OPEN");
        assertThat(shown.getAvailable()).isEqualTo("50.00");
        assertThat(shown.getBusinessDate()).isEqualTo(TwoCells.DAY.toString());
        assertThat(
                        cells.bank(TwoCells.IN_SECOND)
                                .getCustomer(
                                        GetCustomerRequest.newBuilder()
                                                .setCustomer(customer)
                                                .build())
                                .getAccountsList())
                .containsExactly(first.getAccount());
    }

    @Test
    void refusesBadOpenings() {
        String customer = cells.customer(TwoCells.IN_SECOND);
        OpenAccountRequest.Builder good = accountRequest(customer);
        String unknown = CustomerNumber.of(TwoCells.IN_SECOND, 999_999_999).toString();
        assertOpening(good.clone().setCustomer(unknown), OutcomeCode.UNKNOWN_CUSTOMER);
        assertOpening(good.clone().setCustomer("1"), OutcomeCode.INVALID_CUSTOMER_NUMBER);
        assertOpening(good.clone().clearCustomer(), OutcomeCode.MISSING_FIELD);
        assertOpening(good.clone().setCurrency("???"), OutcomeCode.UNKNOWN_CURRENCY);
        assertOpening(good.clone().setOverdraftLimit("-1"), OutcomeCode.INVALID_AMOUNT);
        assertOpening(
                good.clone().setTraceNumber(cells.trace(new Slot(7_000)).toString()),
                OutcomeCode.TRACE_NOT_AT_HOME);
        OpenCustomerRequest.Builder person = customerRequest();
        assertPerson(person.clone().clearName(), OutcomeCode.MISSING_FIELD);
        assertPerson(person.clone().setName("a\0"), OutcomeCode.INVALID_TEXT);
        assertPerson(person.clone().setDocument("x".repeat(41)), OutcomeCode.INVALID_TEXT);
        assertPerson(
                person.clone().setTraceNumber(cells.trace(new Slot(9_902)).toString()),
                OutcomeCode.TRACE_NOT_AT_HOME);
    }

    @Test
    void freezesThawsAndClosesByAnOperatorAndAuditsIt() {
        String account = cells.funded(TwoCells.IN_FIRST, "10.00");
        String other = cells.funded(TwoCells.IN_SECOND, "10.00");
        assertThat(code(setStatus(account, "FROZEN").getOutcome())).isEqualTo(OutcomeCode.ACCEPTED);
        assertThat(
                        OutcomeCode.ofNumber(
                                cells.send(cells.transfer(account, other, "1"))
                                        .getOutcome()
                                        .getCode()))
                .isEqualTo(OutcomeCode.ACCOUNT_FROZEN);
        assertThat(
                        OutcomeCode.ofNumber(
                                cells.send(cells.transfer(other, account, "1"))
                                        .getOutcome()
                                        .getCode()))
                .isEqualTo(OutcomeCode.ACCOUNT_FROZEN);
        assertThat(code(setStatus(account, "CLOSED").getOutcome()))
                .isEqualTo(OutcomeCode.ACCOUNT_NOT_EMPTY);
        assertThat(code(setStatus(account, "OPEN").getOutcome())).isEqualTo(OutcomeCode.ACCEPTED);
        assertThat(cells.send(cells.transfer(account, other, "10")).getState())
                .isEqualTo("SETTLED");
        assertThat(code(setStatus(account, "CLOSED").getOutcome())).isEqualTo(OutcomeCode.ACCEPTED);
        assertThat(
                        OutcomeCode.ofNumber(
                                cells.send(cells.transfer(other, account, "1"))
                                        .getOutcome()
                                        .getCode()))
                .isEqualTo(OutcomeCode.ACCOUNT_CLOSED);
        List<Change> changes =
                cells
                        .admin(TwoCells.FIRST)
                        .listChanges(ListChangesRequest.newBuilder().setLimit(100).build())
                        .getChangesList()
                        .stream()
                        .filter(change -> change.getDetail().contains(account))
                        .toList();
        assertThat(changes)
                .extracting(Change::getOutcome)
                .containsExactly("ACCEPTED", "ACCEPTED", "ACCOUNT_NOT_EMPTY", "ACCEPTED");
        assertThat(changes)
                .allMatch(change -> change.getOperator().equals("tester"))
                .allMatch(change -> change.getReason().equals("a test needs it"));
    }

    @Test
    void letsOnlyOperatorsChangeByHand() {
        String account = cells.funded(TwoCells.IN_FIRST, "10.00");
        SetAccountStatusRequest freeze =
                SetAccountStatusRequest.newBuilder()
                        .setTraceNumber(cells.trace(account).toString())
                        .setAccount(account)
                        .setStatus("FROZEN")
                        .build();
        assertThatThrownBy(() -> cells.bank(account).setAccountStatus(freeze))
                .isInstanceOf(StatusRuntimeException.class)
                .hasMessageContaining("UNAUTHENTICATED");
        assertThat(show(account).getStatus()).isEqualTo("OPEN");
    }

    @Test
    void opensInternalAccountsOnceAndOnlyWhereTheyBelong() {
        OpenInternalAccountRequest request =
                OpenInternalAccountRequest.newBuilder()
                        .setTraceNumber(cells.trace(Slot.pinnedTo(TwoCells.FIRST)).toString())
                        .setKind("NOSTRO")
                        .setCurrency("CZK")
                        .setName("bank AB")
                        .build();
        OpenAccountResponse first = cells.operatorAt(TwoCells.FIRST).openInternalAccount(request);
        OpenAccountResponse second = cells.operatorAt(TwoCells.FIRST).openInternalAccount(request);
        assertThat(AccountNumber.parse(first.getAccount()).kind()).isEqualTo(Kind.NOSTRO);
        assertThat(second.getAccount()).isEqualTo(first.getAccount());
        assertThat(
                        code(
                                cells.operatorAt(TwoCells.SECOND)
                                        .openInternalAccount(request)
                                        .getOutcome()))
                .isEqualTo(OutcomeCode.WRONG_CELL);
        assertThat(
                        code(
                                cells.operatorAt(TwoCells.FIRST)
                                        .openInternalAccount(
                                                request.toBuilder().setKind("INTER_CELL").build())
                                        .getOutcome()))
                .isEqualTo(OutcomeCode.MALFORMED_REQUEST);
    }

    @Test
    @Requirement({"D5.2-0", "D5.2-e"})
    void answersReadsOnlyForSlotsThisCellOwns() {
        String account = cells.funded(TwoCells.IN_FIRST, "10.00");
        GetAccountResponse elsewhere =
                cells.bank(TwoCells.SECOND)
                        .getAccount(GetAccountRequest.newBuilder().setAccount(account).build());
        assertThat(code(elsewhere.getOutcome())).isEqualTo(OutcomeCode.WRONG_CELL);
        assertThat(elsewhere.getOutcome().getRouteMapVersion()).isPositive();
        String unknown = AccountNumber.of(TwoCells.IN_FIRST, Kind.CUSTOMER, 999_999_999).toString();
        assertThat(code(show(unknown).getOutcome())).isEqualTo(OutcomeCode.UNKNOWN_ACCOUNT);
    }

    @Test
    void givesStatementsAPageAtATime() {
        String account = cells.funded(TwoCells.IN_FIRST, "10.00");
        String other = cells.account(TwoCells.IN_FIRST, "");
        for (int i = 0; i < 4; i++) {
            cells.send(cells.transfer(account, other, "1.00"));
        }
        GetStatementResponse first = statement(account, 0, 3);
        assertThat(first.getMore()).isTrue();
        assertThat(first.getEntriesList()).hasSize(3);
        GetStatementResponse rest =
                statement(account, first.getEntriesList().getLast().getEntry(), 3);
        assertThat(rest.getMore()).isFalse();
        assertThat(rest.getEntriesList()).hasSize(2);
        assertThat(rest.getEntriesList().getLast().getBalanceAfter()).isEqualTo("6.00");
        assertThat(code(statement(account, 0, 1_001).getOutcome()))
                .isEqualTo(OutcomeCode.MALFORMED_REQUEST);
    }

    private GetStatementResponse statement(String account, long after, int limit) {
        return cells.bank(account)
                .getStatement(
                        GetStatementRequest.newBuilder()
                                .setAccount(account)
                                .setAfterEntry(after)
                                .setLimit(limit)
                                .build());
    }

    private GetAccountResponse show(String account) {
        return cells.bank(account)
                .getAccount(GetAccountRequest.newBuilder().setAccount(account).build());
    }

    private SetAccountStatusResponse setStatus(String account, String status) {
        return cells.operatorAt(cells.routes().route(AccountNumber.parse(account).slot()).owner())
                .setAccountStatus(
                        SetAccountStatusRequest.newBuilder()
                                .setTraceNumber(cells.trace(account).toString())
                                .setAccount(account)
                                .setStatus(status)
                                .build());
    }

    private void assertOpening(OpenAccountRequest.Builder request, OutcomeCode code) {
        assertThat(code(cells.bank(TwoCells.IN_SECOND).openAccount(request.build()).getOutcome()))
                .isEqualTo(code);
    }

    private void assertPerson(OpenCustomerRequest.Builder request, OutcomeCode code) {
        assertThat(code(cells.bank(TwoCells.IN_SECOND).openCustomer(request.build()).getOutcome()))
                .isEqualTo(code);
    }

    private OpenCustomerRequest.Builder customerRequest() {
        return OpenCustomerRequest.newBuilder()
                .setTraceNumber(cells.trace(TwoCells.IN_SECOND).toString())
                .setName("Customer of a test")
                .setDocument("AB-1234567")
                .setPhone("+420111222333");
    }

    private OpenAccountRequest.Builder accountRequest(String customer) {
        return OpenAccountRequest.newBuilder()
                .setTraceNumber(cells.trace(TwoCells.IN_SECOND).toString())
                .setCustomer(customer)
                .setCurrency("CNY")
                .setOverdraftLimit("50");
    }

    private static OutcomeCode code(Outcome outcome) {
        return OutcomeCode.ofNumber(outcome.getCode());
    }
}
