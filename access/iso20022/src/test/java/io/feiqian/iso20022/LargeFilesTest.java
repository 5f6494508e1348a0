package io.feiqian.iso20022;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.prowidesoftware.swift.model.mx.MxPain00200110;
import com.prowidesoftware.swift.model.mx.dic.OriginalGroupHeader17;
import io.feiqian.runtime.SettableClock;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.RefusedException;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.Slot;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Files of 50 MB, which exist nowhere as a whole: each part is made when it is read. */
@Requirement("B6.2-a")
@Timeout(120)
class LargeFilesTest {
    private static final String PAYER =
            AccountNumber.of(new Slot(100), AccountNumber.Kind.CUSTOMER, 1).toString();
    private static final String PAYEE =
            AccountNumber.of(new Slot(8_000), AccountNumber.Kind.CUSTOMER, 2).toString();
    private static final long LARGE = 50_000_000;
    private static final String HEAD =
            """
            <Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"><CstmrCdtTrfInitn>
            <GrpHdr><MsgId>LARGE</MsgId><CreDtTm>2026-01-15T09:30:00Z</CreDtTm>
            <NbOfTxs>%d</NbOfTxs><InitgPty><Nm>Lantern Trading</Nm></InitgPty></GrpHdr>
            <PmtInf><PmtInfId>B</PmtInfId><PmtMtd>TRF</PmtMtd>
            <ReqdExctnDt><Dt>2026-01-15</Dt></ReqdExctnDt><Dbtr><Nm>Lantern Trading</Nm></Dbtr>
            <DbtrAcct><Id><Othr><Id>%s</Id></Othr></Id></DbtrAcct>
            """;
    private static final String TAIL = "</PmtInf></CstmrCdtTrfInitn></Document>";
    private static final String TEXT =
            ("<RmtInf><Ustrd>" + "paper and ink ".repeat(10) + "</Ustrd></RmtInf>");

    private final SmallBank bank = new SmallBank();
    private final AtomicLong read = new AtomicLong();
    private final Iso20022 iso =
            Iso20022.of(
                    bank,
                    IsoConfig.of("FEIQCNSHXXX", "CN", "FEIQ"),
                    new SettableClock(Instant.parse("2026-01-15T10:00:00Z")));

    LargeFilesTest() {
        bank.balances.put(PAYER, 10_000_000L);
        bank.balances.put(PAYEE, 0L);
    }

    @AfterEach
    void close() {
        iso.close();
    }

    @Test
    void paymentsOfFiftyMegabytesAreDoneAndReported() {
        int payments = 100_000;
        String padding = "<PmtTpInf><InstrPrty>NORM</InstrPrty></PmtTpInf>";
        IntFunction<String> payment =
                i ->
                        """
                        <CdtTrfTxInf><PmtId><InstrId>I%1$d</InstrId><EndToEndId>E%1$d</EndToEndId></PmtId>%2$s
                        <Amt><InstdAmt Ccy="CNY">0.01</InstdAmt></Amt>
                        <Cdtr><Nm>Paper and Ink, Lantern Street, number %1$d, at the third gate</Nm></Cdtr>
                        <CdtrAcct><Id><Othr><Id>%3$s</Id></Othr></Id></CdtrAcct>%4$s</CdtTrfTxInf>
                        """
                                .formatted(i, padding, PAYEE, TEXT);
        StringWriter report = new StringWriter();

        iso.work("pain.001", () -> file(payments, payments, payment), report);

        assertThat(read.get()).as("read three times").isGreaterThan(3 * LARGE);
        assertThat(bank.moved()).isEqualTo(payments);
        assertThat(bank.balances).containsEntry(PAYEE, (long) payments);
        assertThat(group(report).getGrpSts()).isEqualTo("ACSC");
        assertThat(group(report).getOrgnlNbOfTxs()).isEqualTo(Integer.toString(payments));
    }

    @Test
    void anElementOfFiftyMegabytesIsRefusedAfterItsFirstKilobytes() {
        IntFunction<String> endless = i -> i == 0 ? "<CdtTrfTxInf><PmtId><InstrId>" : TEXT_ONLY;
        StringWriter report = new StringWriter();

        iso.work("pain.001", () -> file(1, (int) (LARGE / TEXT_ONLY.length()), endless), report);

        assertThat(group(report).getStsRsnInf().get(0).getRsn().getCd()).isEqualTo("FF01");
        assertThat(read.get()).isLessThan(1_000_000);
        assertThat(bank.asked).isEmpty();
    }

    private static final String TEXT_ONLY = "x".repeat(1_000);

    @Test
    void moreTransactionsThanAFileMayHaveAreRefusedByWhatItSaysOfItself() {
        StringWriter report = new StringWriter();

        iso.work("pain.001", () -> file(100_001, 500_000, i -> TEXT), report);

        assertThat(group(report).getStsRsnInf().get(0).getRsn().getCd()).isEqualTo("AM18");
        assertThat(read.get()).isLessThan(1_000_000);
        assertThat(bank.asked).isEmpty();
    }

    @Test
    void aBombOfEntitiesIsRefusedBeforeItIsMade() {
        String bomb =
                """
                <!DOCTYPE Document [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
                <!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">]>
                """
                        + HEAD.formatted(1, "&d;");

        assertThatThrownBy(() ->
                        iso.work(
                                "pain.001",
                                () ->
                                        new ByteArrayInputStream(
                                                bomb.getBytes(StandardCharsets.UTF_8)),
                                new StringWriter()))
                .isInstanceOf(RefusedException.class);
        assertThat(bank.asked).isEmpty();
    }

    private static OriginalGroupHeader17 group(StringWriter report) {
        return MxPain00200110.parse(report.toString()).getCstmrPmtStsRpt().getOrgnlGrpInfAndSts();
    }

    /** A head that says so many transactions, and so many parts. */
    private InputStream file(int said, int parts, IntFunction<String> part) {
        return new InputStream() {
            private byte[] now = {};
            private int at;
            private int next = -1;

            @Override
            public int read() {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
            }

            @Override
            public int read(byte[] into, int from, int most) {
                while (at == now.length) {
                    if (next > parts) {
                        return -1;
                    }
                    now = part(next++).getBytes(StandardCharsets.UTF_8);
                    at = 0;
                    read.addAndGet(now.length);
                }
                int many = Math.min(most, now.length - at);
                System.arraycopy(now, at, into, from, many);
                at += many;
                return many;
            }

            private String part(int number) {
                if (number < 0) {
                    return HEAD.formatted(said, PAYER);
                }
                return number == parts ? TAIL : part.apply(number);
            }
        };
    }
}
