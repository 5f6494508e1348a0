package io.feiqian.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.feiqian.cli.BankClient;
import io.feiqian.cli.Json;
import io.feiqian.iso20022.Iso20022;
import io.feiqian.iso20022.IsoConfig;
import io.feiqian.routing.RouteMap;
import io.feiqian.routing.Routes;
import io.feiqian.rpc.CallCounts;
import io.feiqian.rpc.CellClients;
import io.feiqian.rpc.Channels;
import io.feiqian.rpc.Endpoint;
import io.feiqian.rpc.RpcClientConfig;
import io.feiqian.rpc.spi.CallPolicies;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.SettableClock;
import io.feiqian.runtime.Timer;
import io.feiqian.telemetry.Tracing;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.Slot;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** ISO 20022 files against real cells. */
@Requirement("B6.2-a")
class PaymentFilesTest {
    private static final Pattern STATUS = Pattern.compile("<TxSts>([A-Z]+)</TxSts>");
    private static final Pattern REASON = Pattern.compile("<Cd>([A-Z0-9]+)</Cd>");

    @TempDir Path folder;

    @Test
    void filesMoveMoneyWithinAndOverCellsOnceHoweverOftenTheyCome() {
        RouteMap map = RouteMap.evenly(2);
        try (BankInOneProcess bank = BankInOneProcess.start(folder, map, 1, "");
                Timer timer = Timer.system("payment-files");
                CellClients clients = clients(bank, map, timer)) {
            String payer = bank.funded(new Slot(10), 1, "100.00");
            String near = bank.account(new Slot(20));
            String far = bank.account(new Slot(9_000));
            String nostro =
                    BankInOneProcess.accepted(
                                    bank.post(
                                            "/v1/internal-accounts",
                                            BankClient.body()
                                                    .put(
                                                            "trace_number",
                                                            bank.trace(Slot.pinnedTo(new CellId(1)))
                                                                    .toString())
                                                    .put("kind", "NOSTRO")
                                                    .put("currency", "CNY")
                                                    .put("name", "FARACNBJ")))
                            .text("account");
            IsoConfig config =
                    IsoConfig.of("FEIQCNSHXXX", "CN", "FEIQ")
                            .withPartner("FARACNBJ", "CNY", AccountNumber.parse(nostro));
            SettableClock clock = new SettableClock(Instant.parse("2026-01-05T10:00:00Z"));
            try (Iso20022 iso = Iso20022.over(clients, CallPolicies.NONE, config, clock)) {
                String file =
                        pain(
                                payer,
                                "160.75",
                                transaction(1, "10.50", near),
                                transaction(2, "20.25", far),
                                transaction(3, "130.00", far));
                for (int i = 0; i < 2; i++) {
                    String report = work(iso, "pain.001", file);
                    assertThat(all(STATUS, report)).containsExactly("ACSC", "ACSC", "RJCT");
                    assertThat(all(REASON, report)).containsExactly("AM04");
                }
                assertThat(bank.balance(payer)).isEqualTo("69.25");
                assertThat(bank.balance(near)).isEqualTo("10.50");

                String taken = pacs(received(1, "5.00", far), received(2, "6.00", near));
                for (int i = 0; i < 2; i++) {
                    assertThat(all(STATUS, work(iso, "pacs.008", taken))).containsOnly("ACSC");
                }
                assertThat(bank.balance(near)).isEqualTo("16.50");
            }
            // What is decided is posted in the other cell a moment later.
            String there = bank.balance(far);
            for (int i = 0; i < 2_000 && !there.equals("25.25"); i++) {
                there = bank.balance(far);
            }
            assertThat(there).isEqualTo("25.25");
        }
    }

    private static CellClients clients(BankInOneProcess bank, RouteMap map, Timer timer) {
        return new CellClients(
                new Routes(map),
                cell -> List.of(endpoint(bank, cell)),
                new Channels(RpcClientConfig.DEFAULT),
                Clock.system(),
                timer,
                Tracing.none(),
                new CallCounts(new SimpleMeterRegistry()));
    }

    private static Endpoint endpoint(BankInOneProcess bank, CellId cell) {
        try {
            JsonNode document =
                    Json.MAPPER.readTree(Files.readString(bank.document(cell.number(), 1)));
            return new Endpoint(
                    "cell-" + cell.number() + "-1",
                    document.path("host").asText("127.0.0.1"),
                    document.path("port").asInt());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static String work(Iso20022 iso, String family, String file) {
        StringWriter report = new StringWriter();
        iso.work(
                family,
                () -> new ByteArrayInputStream(file.getBytes(StandardCharsets.UTF_8)),
                report);
        return report.toString();
    }

    private static List<String> all(Pattern pattern, String report) {
        return pattern.matcher(report).results().map(found -> found.group(1)).toList();
    }

    private static String pain(String payer, String sum, String... transactions) {
        return """
        <Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"><CstmrCdtTrfInitn>
        <GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-01-05T09:00:00Z</CreDtTm>
        <NbOfTxs>%d</NbOfTxs><CtrlSum>%s</CtrlSum>
        <InitgPty><Nm>Lantern Trading</Nm></InitgPty></GrpHdr>
        <PmtInf><PmtInfId>B1</PmtInfId><PmtMtd>TRF</PmtMtd>
        <ReqdExctnDt><Dt>2026-01-05</Dt></ReqdExctnDt>
        <DbtrAcct><Id><Othr><Id>%s</Id></Othr></Id></DbtrAcct>%s
        </PmtInf></CstmrCdtTrfInitn></Document>
        """
                .formatted(transactions.length, sum, payer, String.join("", transactions));
    }

    private static String transaction(int number, String amount, String payee) {
        return """
        <CdtTrfTxInf><PmtId><EndToEndId>E%d</EndToEndId></PmtId>
        <Amt><InstdAmt Ccy="CNY">%s</InstdAmt></Amt>
        <CdtrAcct><Id><Othr><Id>%s</Id></Othr></Id></CdtrAcct></CdtTrfTxInf>
        """
                .formatted(number, amount, payee);
    }

    private static String pacs(String... transactions) {
        return """
        <Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08"><FIToFICstmrCdtTrf>
        <GrpHdr><MsgId>P1</MsgId><CreDtTm>2026-01-05T09:00:00Z</CreDtTm>
        <NbOfTxs>%d</NbOfTxs><SttlmInf><SttlmMtd>INDA</SttlmMtd></SttlmInf>
        <InstgAgt><FinInstnId><BICFI>FARACNBJ</BICFI></FinInstnId></InstgAgt></GrpHdr>%s
        </FIToFICstmrCdtTrf></Document>
        """
                .formatted(transactions.length, String.join("", transactions));
    }

    private static String received(int number, String amount, String payee) {
        return """
        <CdtTrfTxInf><PmtId><EndToEndId>E%d</EndToEndId><TxId>T%d</TxId></PmtId>
        <IntrBkSttlmAmt Ccy="CNY">%s</IntrBkSttlmAmt>
        <DbtrAcct><Id><Othr><Id>998877</Id></Othr></Id></DbtrAcct>
        <CdtrAcct><Id><Othr><Id>%s</Id></Othr></Id></CdtrAcct></CdtTrfTxInf>
        """
                .formatted(number, number, amount, payee);
    }
}
