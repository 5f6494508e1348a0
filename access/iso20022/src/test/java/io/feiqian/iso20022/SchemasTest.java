package io.feiqian.iso20022;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.prowidesoftware.swift.model.mx.AbstractMX;
import com.prowidesoftware.swift.model.mx.MxPacs00200103;
import com.prowidesoftware.swift.model.mx.MxPacs00200110;
import com.prowidesoftware.swift.model.mx.MxPacs00800108;
import com.prowidesoftware.swift.model.mx.MxPain00200103;
import com.prowidesoftware.swift.model.mx.MxPain00200110;
import io.feiqian.runtime.SettableClock;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Requirement;
import io.feiqian.vocabulary.Slot;
import java.io.ByteArrayInputStream;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What we write is read whole by a model of the standard that was not made here: whatever it does
 * not know, or knows at another place, would be lost on its way through it. (The standard's schemas
 * come with no library that could be used here.) And what we read keeps to schemas where a bank
 * wants it; the one of this test is a small one, in the place of the standard's.
 */
@Requirement("B6.2-a")
class SchemasTest {
    private static final String PAYER =
            AccountNumber.of(new Slot(100), AccountNumber.Kind.CUSTOMER, 1).toString();
    private static final String PAYEE =
            AccountNumber.of(new Slot(8_000), AccountNumber.Kind.CUSTOMER, 2).toString();
    private static final AccountNumber NOSTRO =
            AccountNumber.of(Slot.pinnedTo(new CellId(1)), AccountNumber.Kind.NOSTRO, 3);
    private static final String PARTNER = "FARACNBJ";

    private static final String SCHEMA =
            """
            <xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified"
                targetNamespace="urn:iso:std:iso:20022:tech:xsd:pain.001.001.03">
              <xs:element name="Document"><xs:complexType><xs:sequence>
                <xs:element name="CstmrCdtTrfInitn"><xs:complexType><xs:sequence>
                  <xs:element name="GrpHdr"/>
                  <xs:element name="PmtInf" maxOccurs="unbounded"><xs:complexType><xs:sequence>
                    <xs:element name="PmtInfId"/><xs:element name="PmtMtd"/>
                    <xs:element name="NbOfTxs"/><xs:element name="CtrlSum"/>
                    <xs:element name="ReqdExctnDt" type="xs:date"/>
                    <xs:element name="Dbtr"/><xs:element name="DbtrAcct"/>
                    <xs:element name="DbtrAgt"><xs:complexType><xs:sequence>
                      <xs:element name="FinInstnId"><xs:complexType><xs:sequence>
                        <xs:element name="BIC"><xs:simpleType><xs:restriction base="xs:string">
                          <xs:pattern value="[A-Z]{6}[A-Z2-9][A-NP-Z0-9]([A-Z0-9]{3})?"/>
                        </xs:restriction></xs:simpleType></xs:element>
                      </xs:sequence></xs:complexType></xs:element>
                    </xs:sequence></xs:complexType></xs:element>
                    <xs:element name="CdtTrfTxInf" maxOccurs="unbounded">
                      <xs:complexType><xs:sequence>
                        <xs:element name="PmtId"/><xs:element name="Amt"/>
                        <xs:element name="Cdtr"><xs:complexType><xs:sequence>
                          <xs:element name="Nm"><xs:simpleType><xs:restriction base="xs:string">
                            <xs:maxLength value="140"/>
                          </xs:restriction></xs:simpleType></xs:element>
                        </xs:sequence></xs:complexType></xs:element>
                        <xs:element name="CdtrAcct"/><xs:element name="RmtInf"/>
                      </xs:sequence></xs:complexType></xs:element>
                  </xs:sequence></xs:complexType></xs:element>
                </xs:sequence></xs:complexType></xs:element>
              </xs:sequence></xs:complexType></xs:element>
            </xs:schema>
            """;

    @TempDir private Path folder;
    private final SettableClock clock = new SettableClock(Instant.parse("2026-01-15T10:00:00Z"));
    private final SmallBank bank = new SmallBank();
    private final List<Iso20022> open = new ArrayList<>();
    private IsoConfig config;

    @BeforeEach
    void prepare() {
        bank.balances.put(PAYER, 10_000L);
        bank.balances.put(PAYEE, 0L);
        bank.balances.put(NOSTRO.toString(), 1_000_000L);
        config = IsoConfig.of("FEIQCNSHXXX", "CN", "FEIQ").withPartner(PARTNER, "CNY", NOSTRO);
    }

    @AfterEach
    void close() {
        open.forEach(Iso20022::close);
    }

    @Test
    void everyReportForACustomerIsReadWholeByAnotherModel() throws Exception {
        for (String version : List.of("09", "03")) {
            boolean old = version.equals("03");
            Messages refused = mixed(version);
            refused.id = "MSG-2-" + version;
            refused.sum = Optional.of("1.23");
            for (Messages each : List.of(mixed(version), refused)) {
                String answer = worked("pain.001", each.pain());
                assertThat(answer).contains(old ? "pain.002.001.03" : "pain.002.001.10");
                same(old ? MxPain00200103.parse(answer) : MxPain00200110.parse(answer), answer);
            }
        }
    }

    @Test
    void everyReportForABankAndEveryPaymentShownIsReadWholeByAnotherModel() throws Exception {
        Messages file = mixed("08");
        String answer = worked("pacs.008", file.pacs(PARTNER));
        assertThat(answer).contains("PART");
        same(MxPacs00200110.parse(answer), answer);
        String old =
                worked(
                        "pacs.008",
                        file.pacs(PARTNER)
                                .replace("pacs.008.001.08", "pacs.008.001.02")
                                .replace("BICFI", "BIC"));
        assertThat(old).contains("pacs.002.001.03");
        same(MxPacs00200103.parse(old), old);

        String trace =
                MxPain00200110.parse(worked("pain.001", mixed("09").pain()))
                        .getCstmrPmtStsRpt()
                        .getOrgnlPmtInfAndSts()
                        .get(0)
                        .getTxInfAndSts()
                        .get(0)
                        .getAcctSvcrRef();
        String shown =
                TransactionMessage.of(
                        bank.find(io.feiqian.vocabulary.TraceNumber.parse(trace))
                                .join()
                                .orElseThrow(),
                        config,
                        "2026-01-15T10:00:00Z");
        same(MxPacs00800108.parse(shown), shown);
    }

    @Test
    void whatComesInKeepsToTheSchemasOfTheFolderOrIsRefusedAndMovesNothing() throws Exception {
        Files.writeString(folder.resolve("pain.001.001.03.xsd"), SCHEMA);
        config = config.withSchemas(folder);
        Messages good = new Messages();
        good.debtor = PAYER;
        good.version = "03";
        good.party = "<Nm>Lantern Trading</Nm>";
        good.with(Messages.Tx.of(1, "12.50", PAYEE));
        String file = good.pain().replace("BICFI", "BIC");

        assertThat(worked("pain.001", file)).contains("ACSC").doesNotContain("FF01");
        assertThat(bank.balances).containsEntry(PAYEE, 1_250L);

        // Nothing that we read is wrong with these.
        for (String wrong :
                List.of(
                        file.replace(
                                "<PmtMtd>TRF</PmtMtd>", "<PmtMtd>TRF</PmtMtd><Extra>1</Extra>"),
                        file.replace("<Cdtr><Nm>", "<Cdtr><Nm>" + "x".repeat(141)),
                        file.replace("BIC>FEIQCNSH<", "BIC>feiqcnsh<"))) {
            String answer = worked("pain.001", wrong.replace("MSG-1", "MSG-3"));
            assertThat(answer).contains("FF01", "schema: ", "<GrpSts>RJCT</GrpSts>");
        }
        String unknown = worked("pain.001", mixed("09").pain());
        assertThat(unknown).contains("FF01", "no schema of it is here");
        assertThat(bank.balances).containsEntry(PAYEE, 1_250L);
    }

    @Test
    void aFolderWithoutSchemasIsAMistakeThatIsSaidAtOnce() throws Exception {
        assertThatThrownBy(() -> Iso20022.of(bank, config.withSchemas(folder), clock))
                .hasMessageContaining("expected: pain.001.001.09.xsd and the like");
        Files.writeString(folder.resolve("pain.001.001.09.xsd"), "no schema");
        assertThatThrownBy(() -> Iso20022.of(bank, config.withSchemas(folder), clock))
                .hasMessageContaining("pain.001.001.09.xsd");
    }

    /** One that is done, one that is refused, one of the same names. */
    private static Messages mixed(String version) {
        Messages file = new Messages();
        file.debtor = PAYER;
        file.version = version;
        file.id = "MSG-1-" + version;
        return file.with(
                Messages.Tx.of(1, "12.50", PAYEE),
                Messages.Tx.of(2, "0.001", PAYEE),
                Messages.Tx.of(3, "1.00", "DE89370400440532013000"),
                Messages.Tx.of(1, "12.50", PAYEE));
    }

    private String worked(String family, String file) {
        Iso20022 iso = Iso20022.of(bank, config, clock);
        open.add(iso);
        StringWriter report = new StringWriter();
        byte[] bytes = file.getBytes(StandardCharsets.UTF_8);
        iso.work(family, () -> new ByteArrayInputStream(bytes), report);
        return report.toString();
    }

    /** The model of the standard knows every element, at its place, with its text. */
    private static void same(AbstractMX read, String message) throws XMLStreamException {
        String again = read.document();
        assertThat(texts(again)).isEqualTo(texts(message));
    }

    private static List<String> texts(String message) throws XMLStreamException {
        XMLStreamReader xml =
                XMLInputFactory.newDefaultFactory()
                        .createXMLStreamReader(new StringReader(message));
        List<String> texts = new ArrayList<>();
        Deque<String> path = new ArrayDeque<>();
        StringBuilder text = new StringBuilder();
        while (xml.hasNext()) {
            switch (xml.next()) {
                case XMLStreamConstants.START_ELEMENT -> {
                    path.addLast(xml.getLocalName());
                    text.setLength(0);
                }
                case XMLStreamConstants.CHARACTERS -> text.append(xml.getText());
                case XMLStreamConstants.END_ELEMENT -> {
                    if (!text.toString().isBlank()) {
                        texts.add(String.join("/", path) + " " + normal(text.toString().strip()));
                    }
                    text.setLength(0);
                    path.removeLast();
                }
                default -> {}
            }
        }
        return texts;
    }

    /** Models write the same moment and the same amount in another way. */
    private static String normal(String text) {
        return text.replaceAll("(T\\d\\d:\\d\\d:\\d\\d)(\\.0+)?(Z|\\+00:00)$", "$1Z");
    }
}
