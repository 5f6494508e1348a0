package io.feiqian.iso20022;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.prowidesoftware.swift.model.mx.MxPacs00200110;
import com.prowidesoftware.swift.model.mx.MxPacs00800108;
import com.prowidesoftware.swift.model.mx.MxPain00200103;
import com.prowidesoftware.swift.model.mx.MxPain00200110;
import com.prowidesoftware.swift.model.mx.dic.OriginalGroupHeader17;
import com.prowidesoftware.swift.model.mx.dic.PaymentTransaction105;
import io.feiqian.proxy.Caller;
import io.feiqian.proxy.Client;
import io.feiqian.proxy.HttpAnswer;
import io.feiqian.proxy.HttpQuestion;
import io.feiqian.runtime.SettableClock;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.Slot;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files in, reports out; the reports are read by prowide's model of the standard. */
@Requirement("B6.2-a")
class Iso20022Test {
    private static final String PAYER =
            AccountNumber.of(new Slot(100), AccountNumber.Kind.CUSTOMER, 1).toString();
    private static final String PAYEE =
            AccountNumber.of(new Slot(8_000), AccountNumber.Kind.CUSTOMER, 2).toString();
    private static final AccountNumber NOSTRO =
            AccountNumber.of(Slot.pinnedTo(new CellId(1)), AccountNumber.Kind.NOSTRO, 3);
    private static final String PARTNER = "FARACNBJ";

    private final SettableClock clock = new SettableClock(Instant.parse("2026-01-15T10:00:00Z"));
    private final IsoConfig config =
            IsoConfig.of("FEIQCNSHXXX", "CN", "FEIQ").withPartner(PARTNER, "CNY", NOSTRO);
    private final SmallBank bank = new SmallBank();
    private final Iso20022 iso = Iso20022.of(bank, config, clock);

    Iso20022Test() {
        bank.balances.put(PAYER, 10_000L);
        bank.balances.put(PAYEE, 0L);
        bank.balances.put(NOSTRO.toString(), 1_000_000L);
    }

    @AfterEach
    void close() {
        iso.close();
    }

    @Test
    void aFileIsDoneAndReported() {
        Messages file =
                file().with(Messages.Tx.of(1, "12.50", PAYEE), Messages.Tx.of(2, "0.5", PAYEE));
        MxPain00200110 report = report(file);

        OriginalGroupHeader17 group = report.getCstmrPmtStsRpt().getOrgnlGrpInfAndSts();
        assertThat(group.getOrgnlMsgId()).isEqualTo("MSG-1");
        assertThat(group.getOrgnlMsgNmId()).isEqualTo("pain.001.001.09");
        assertThat(group.getGrpSts()).isEqualTo("ACSC");
        assertThat(group.getOrgnlCtrlSum()).isEqualByComparingTo("13.00");
        List<PaymentTransaction105> all = transactions(report);
        assertThat(all).extracting(PaymentTransaction105::getTxSts).containsOnly("ACSC");
        assertThat(all)
                .extracting(PaymentTransaction105::getOrgnlEndToEndId)
                .containsExactly("E1", "E2");
        assertThat(all).allSatisfy(each -> assertThat(each.getAcctSvcrRef()).matches("\\d{33}"));
        assertThat(bank.balances).containsEntry(PAYER, 8_700L).containsEntry(PAYEE, 1_300L);
    }

    @Test
    void accountsMayBeNamedByIban() {
        AccountIds ids = new AccountIds(config);
        Messages file = file();
        file.debtor = ids.iban(AccountNumber.parse(PAYER));
        file.with(Messages.Tx.of(1, "1.00", ids.iban(AccountNumber.parse(PAYEE))));
        assertThat(transactions(report(file)).get(0).getTxSts()).isEqualTo("ACSC");
        assertThat(bank.balances).containsEntry(PAYEE, 100L);
    }

    @Test
    @Requirement("M7.5-2")
    void theSameFileSentAgainMovesNothingTwiceAndReportsTheSame() {
        Messages file =
                file().with(Messages.Tx.of(1, "12.50", PAYEE), Messages.Tx.of(2, "999.00", PAYEE));
        List<String> first = statuses(report(file));
        clock.advance(Duration.ofDays(3));
        assertThat(statuses(report(file))).isEqualTo(first).containsExactly("ACSC", "RJCT");
        assertThat(bank.balances).containsEntry(PAYEE, 1_250L);

        file.created = "2026-01-18T08:00:00Z";
        assertThat(statuses(report(file))).as("made anew").isEqualTo(first);
        assertThat(bank.balances).containsEntry(PAYEE, 1_250L);
    }

    @Test
    @Requirement("M7.5-2")
    void aFileMadeAnewInTheNextMonthMovesNothingTwice() {
        Messages file = file().with(Messages.Tx.of(1, "12.50", PAYEE));
        file.created = "2026-01-31T23:59:00Z";
        file.day = "2026-01-31";
        clock.advance(Duration.ofDays(17));
        assertThat(statuses(report(file))).containsExactly("ACSC");
        file.created = "2026-02-01T00:01:00Z";
        assertThat(statuses(report(file))).containsExactly("ACSC");
        assertThat(bank.balances).containsEntry(PAYEE, 1_250L);

        Messages other = file().with(Messages.Tx.of(1, "13.00", PAYEE));
        other.created = "2026-02-01T00:02:00Z";
        PaymentTransaction105 refused = transactions(report(other)).get(0);
        assertThat(refused.getStsRsnInf().get(0).getRsn().getCd()).isEqualTo("AM05");
        assertThat(bank.balances).containsEntry(PAYEE, 1_250L);
    }

    @Test
    void paymentsWithoutNamesOfTheirOwnAreToldApartByTheirTurn() {
        Messages.Tx nameless = new Messages.Tx("", "NOTPROVIDED", "CNY", "1.00", PAYEE);
        Messages file = file().with(nameless, nameless, nameless);
        assertThat(statuses(report(file))).containsOnly("ACSC").hasSize(3);
        assertThat(statuses(report(file))).containsOnly("ACSC").hasSize(3);
        assertThat(bank.balances).containsEntry(PAYEE, 300L);
    }

    @Test
    void twoPaymentsOfOneNameInOneFileAreOne() {
        Messages file =
                file().with(Messages.Tx.of(1, "1.00", PAYEE), Messages.Tx.of(1, "1.00", PAYEE));
        assertThat(reasons(report(file))).containsExactly("", "AM05");
        assertThat(bank.balances).containsEntry(PAYEE, 100L);
    }

    @Test
    void eachTransactionIsRefusedForAReasonOfItsOwn() {
        String wrongDigit = PAYEE.substring(0, 15) + (PAYEE.charAt(15) == '9' ? '0' : '9');
        Messages file =
                file().with(
                                Messages.Tx.of(1, "1.001", PAYEE),
                                new Messages.Tx("I2", "E2", "JPY", "1.5", PAYEE),
                                new Messages.Tx("I3", "E3", "XQX", "1", PAYEE),
                                Messages.Tx.of(4, "0.00", PAYEE),
                                Messages.Tx.of(5, "1.00", wrongDigit),
                                Messages.Tx.of(6, "1.00", "DE89370400440532013000"),
                                Messages.Tx.of(7, "1.00", "DE88370400440532013000"),
                                Messages.Tx.of(8, "2000.00", PAYEE),
                                Messages.Tx.of(9, "3.00", PAYEE));
        MxPain00200110 report = report(file);
        assertThat(reasons(report))
                .containsExactly(
                        "AM12", "AM12", "AM03", "AM01", "AC03", "RC04", "AC03", "AM04", "");
        assertThat(report.getCstmrPmtStsRpt().getOrgnlGrpInfAndSts().getGrpSts()).isEqualTo("PART");
        assertThat(report.getCstmrPmtStsRpt().getOrgnlPmtInfAndSts().get(0).getPmtInfSts())
                .isEqualTo("PART");
        assertThat(bank.balances).containsEntry(PAYEE, 300L);
    }

    @ParameterizedTest
    @CsvSource({
        "count, 3, AM18",
        "count, 1, AM18",
        "sum, 13.01, AM10",
        "batchSum, 12.99, AM10",
        "created, 2025-11-30T00:00:00Z, DT01",
        "created, 2026-02-30T00:00:00Z, FF01",
        "created, 2026-01-18T00:00:00Z, DT01",
    })
    void aFileThatContradictsItselfMovesNothing(String field, String value, String reason) {
        Messages file =
                file().with(Messages.Tx.of(1, "12.50", PAYEE), Messages.Tx.of(2, "0.50", PAYEE));
        switch (field) {
            case "count" -> file.count = Optional.of(value);
            case "sum" -> file.sum = Optional.of(value);
            case "batchSum" -> file.batchSum = Optional.of(value);
            default -> file.created = value;
        }
        HttpAnswer answer = post("pain.001", file.pain());
        assertThat(bank.asked).as("nothing was even tried").isEmpty();
        if (reason.equals("FF01")) {
            assertThat(answer.status()).isEqualTo(400);
            return;
        }
        OriginalGroupHeader17 group =
                MxPain00200110.parse(answer.body()).getCstmrPmtStsRpt().getOrgnlGrpInfAndSts();
        assertThat(group.getGrpSts()).isEqualTo("RJCT");
        assertThat(group.getStsRsnInf().get(0).getRsn().getCd()).isEqualTo(reason);
    }

    @Test
    void whatIsWrongAtTheEndOfAFileStopsItsBeginning() {
        String file = file().with(Messages.Tx.of(1, "12.50", PAYEE)).pain();
        String cut = file.replace("</Document>", "");
        OriginalGroupHeader17 group =
                MxPain00200110.parse(post("pain.001", cut).body())
                        .getCstmrPmtStsRpt()
                        .getOrgnlGrpInfAndSts();
        assertThat(group.getStsRsnInf().get(0).getRsn().getCd()).isEqualTo("FF01");
        assertThat(bank.asked).isEmpty();
    }

    @Test
    void aFutureDayIsRefused() {
        Messages file = file().with(Messages.Tx.of(1, "1.00", PAYEE));
        file.day = "2026-01-16";
        assertThat(reasons(report(file))).containsExactly("DT01");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<!DOCTYPE Document [<!ENTITY x SYSTEM \"file:///etc/hostname\">]>",
                "<!DOCTYPE Document SYSTEM \"http://127.0.0.1:1/x.dtd\">",
                "<!DOCTYPE Document [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]>",
                "<?xml version=\"1.0\" encoding=\"UTF-16\"?>",
            })
    void documentTypesAndOtherEncodingsAreRefused(String prolog) {
        Messages file = file().with(Messages.Tx.of(1, "1.00", PAYEE));
        file.prolog = prolog;
        assertThat(post("pain.001", file.pain()).status()).isEqualTo(400);
        assertThat(bank.asked).isEmpty();
    }

    @Test
    void aPrefixMakesNoDifferenceAndAnotherNamespaceDoes() {
        String plain = file().with(Messages.Tx.of(1, "12.50", PAYEE)).pain();
        String prefixed = plain.replaceAll("<(/?)([A-Z])", "<$1p:$2").replace("xmlns=", "xmlns:p=");
        assertThat(prefixed).contains("<p:Document xmlns:p=", "</p:CdtTrfTxInf>");
        assertThat(statuses(MxPain00200110.parse(post("pain.001", prefixed).body())))
                .containsExactly("ACSC");
        assertThat(bank.balances).containsEntry(PAYEE, 1_250L);
        assertThat(statuses(MxPain00200110.parse(post("pain.001", plain).body())))
                .as("the same file, whatever it is written like")
                .containsExactly("ACSC");
        assertThat(bank.balances).containsEntry(PAYEE, 1_250L);

        String foreign = plain.replace("<Amt>", "<Amt xmlns=\"urn:other\">");
        OriginalGroupHeader17 group =
                MxPain00200110.parse(post("pain.001", foreign).body())
                        .getCstmrPmtStsRpt()
                        .getOrgnlGrpInfAndSts();
        assertThat(group.getStsRsnInf().get(0).getRsn().getCd()).isEqualTo("FF01");
    }

    @Test
    void whatIsNoSuchFileIsAProblem() {
        String pain = file().with(Messages.Tx.of(1, "1.00", PAYEE)).pain();
        assertThat(post("pacs.008", pain).status()).isEqualTo(400);
        assertThat(post("pain.001", pain.replace("pain.001.001.09", "pain.001.001.99")).status())
                .isEqualTo(400);
        assertThat(post("pain.001", "").status()).isEqualTo(400);
        assertThat(post("pain.001", "{}").status()).isEqualTo(400);
        assertThat(post("pain.001", "<a>".repeat(10_000)).status()).isEqualTo(400);
        assertThat(post("pain.009", pain).status()).isEqualTo(404);
        assertThat(send("POST", "pain.001", pain, "text/plain").status()).isEqualTo(415);
    }

    @Test
    void whatIsNotKnownIsPendingAndTheSameFileFindsOut() {
        Messages file = file().with(Messages.Tx.of(1, "1.00", PAYEE));
        bank.always(OutcomeCode.UNKNOWN);
        MxPain00200110 report = report(file);
        assertThat(statuses(report)).containsExactly("PDNG");
        assertThat(report.getCstmrPmtStsRpt().getOrgnlGrpInfAndSts().getGrpSts()).isEqualTo("PDNG");
        bank.always(OutcomeCode.CELL_UNAVAILABLE);
        assertThat(reasons(report(file))).containsExactly("ED05");
        bank.always(OutcomeCode.ACCEPTED);
        assertThat(statuses(report(file))).containsExactly("ACSC");
        assertThat(bank.balances).containsEntry(PAYEE, 100L);
    }

    @Test
    void anOlderVersionIsAnsweredInItsOwn() {
        Messages file = file().with(Messages.Tx.of(1, "1.00", PAYEE));
        file.version = "03";
        MxPain00200103 report = MxPain00200103.parse(post("pain.001", file.pain()).body());
        assertThat(report.getCstmrPmtStsRpt().getOrgnlGrpInfAndSts().getGrpSts().value())
                .isEqualTo("ACSC");
    }

    @Test
    void otherBanksPaymentsAreTakenInAndReported() {
        Messages file =
                file().with(Messages.Tx.of(1, "7.00", PAYEE), Messages.Tx.of(2, "1.00", "123"));
        for (int i = 0; i < 2; i++) {
            MxPacs00200110 report =
                    MxPacs00200110.parse(post("pacs.008", file.pacs(PARTNER)).body());
            assertThat(report.getFIToFIPmtStsRpt().getOrgnlGrpInfAndSts().get(0).getGrpSts())
                    .isEqualTo("PART");
            assertThat(report.getFIToFIPmtStsRpt().getTxInfAndSts())
                    .extracting(each -> each.getOrgnlTxId() + " " + each.getTxSts())
                    .containsExactly("T-E1 ACSC", "T-E2 RJCT");
        }
        assertThat(bank.balances).containsEntry(PAYEE, 700L);

        String stranger = post("pacs.008", file.pacs("NONECNBJ")).body();
        assertThat(MxPacs00200110.parse(stranger).getFIToFIPmtStsRpt().getTxInfAndSts())
                .allSatisfy(each -> assertThat(each.getTxSts()).isEqualTo("RJCT"));
    }

    @Test
    void aTransferIsShownAsPacs008() {
        Messages file = file().with(Messages.Tx.of(1, "12.50", PAYEE));
        String trace = transactions(report(file)).get(0).getAcctSvcrRef();
        HttpAnswer answer = send("GET", "pacs.008/" + trace, "", "");
        MxPacs00800108 message = MxPacs00800108.parse(answer.body());
        var transaction = message.getFIToFICstmrCdtTrf().getCdtTrfTxInf().get(0);
        assertThat(transaction.getIntrBkSttlmAmt().getValue()).isEqualByComparingTo("12.50");
        assertThat(transaction.getCdtrAcct().getId().getIBAN()).endsWith(PAYEE).startsWith("CN");
        assertThat(send("GET", "pacs.008/" + "1".repeat(33), "", "").status()).isEqualTo(400);
        assertThat(send("GET", "pacs.008/" + trace.replace("920", "921"), "", "").status())
                .isEqualTo(404);
    }

    @Test
    void aBigFileIsWorkedOffWithinItsWindow() {
        Messages file = file();
        bank.balances.put(PAYER, 10_000_000L);
        for (int i = 0; i < 5_000; i++) {
            file.with(Messages.Tx.of(i, "0.01", PAYEE));
        }
        assertThat(statuses(report(file))).hasSize(5_000).containsOnly("ACSC");
        assertThat(bank.balances).containsEntry(PAYEE, 5_000L);
        assertThat(bank.mostUnderWay).isLessThanOrEqualTo(config.window());
    }

    private static Messages file() {
        Messages file = new Messages();
        file.debtor = PAYER;
        return file;
    }

    private MxPain00200110 report(Messages file) {
        HttpAnswer answer = post("pain.001", file.pain());
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return MxPain00200110.parse(answer.body());
    }

    private static List<PaymentTransaction105> transactions(MxPain00200110 report) {
        return report.getCstmrPmtStsRpt().getOrgnlPmtInfAndSts().get(0).getTxInfAndSts();
    }

    private static List<String> statuses(MxPain00200110 report) {
        return transactions(report).stream().map(PaymentTransaction105::getTxSts).toList();
    }

    private static List<String> reasons(MxPain00200110 report) {
        return transactions(report).stream()
                .map(each ->
                        each.getStsRsnInf().isEmpty()
                                ? ""
                                : each.getStsRsnInf().get(0).getRsn().getCd())
                .toList();
    }

    private HttpAnswer post(String path, String body) {
        return send("POST", path, body, "application/xml; charset=UTF-8");
    }

    private HttpAnswer send(String verb, String path, String body, String type) {
        HttpQuestion question =
                new HttpQuestion(
                        verb,
                        Iso20022.PATH + path,
                        "",
                        type.isEmpty() ? Map.of() : Map.of("content-type", List.of(type)),
                        ByteString.copyFromUtf8(body));
        Client client =
                new Client(InetAddress.getLoopbackAddress(), false, Optional.empty(), "test");
        return iso.answer(question, client, Caller.ANYBODY).join();
    }
}
