package io.feiqian.iso20022;

import static org.assertj.core.api.Assertions.assertThat;

import com.prowidesoftware.swift.model.mx.MxPain00200110;
import com.prowidesoftware.swift.model.mx.dic.PaymentTransaction105;
import io.feiqian.runtime.SettableClock;
import io.feiqian.vocabulary.Requirement;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The example of the documentation, as it stands there. */
class ExampleTest {
    @Test
    @Requirement("B6.2-a")
    void theExampleIsDoneAsTheTextSays() throws IOException {
        String text = Files.readString(Path.of("../../docs/iso20022.md"));
        int from = text.indexOf("```xml\n") + 7;
        byte[] file =
                text.substring(from, text.indexOf("```", from)).getBytes(StandardCharsets.UTF_8);
        SmallBank bank = new SmallBank();
        bank.balances.put("0100100000000011", 10_000L);
        bank.balances.put("8000100000000022", 0L);
        StringWriter report = new StringWriter();
        try (Iso20022 iso =
                Iso20022.of(
                        bank,
                        IsoConfig.of("FEIQCNSHXXX", "CN", "FEIQ"),
                        new SettableClock(Instant.parse("2026-01-15T10:00:00Z")))) {
            iso.work("pain.001", () -> new ByteArrayInputStream(file), report);
        }
        var body = MxPain00200110.parse(report.toString()).getCstmrPmtStsRpt();
        assertThat(body.getOrgnlGrpInfAndSts().getGrpSts()).isEqualTo("PART");
        List<PaymentTransaction105> all = body.getOrgnlPmtInfAndSts().get(0).getTxInfAndSts();
        assertThat(all).extracting(PaymentTransaction105::getTxSts).containsExactly("ACSC", "RJCT");
        assertThat(all.get(1).getStsRsnInf().get(0).getRsn().getCd()).isEqualTo("RC04");
        assertThat(bank.balances).containsEntry("8000100000000022", 1_250L);
    }
}
