package io.feiqian.layer7;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.feiqian.vocabulary.Requirement;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The conformance suite for servers of HTTP/2, against a listener. */
@Requirement("P6.1.3-d")
class H2specTest {
    private static final Path SUITE = Path.of("/usr/local/bin/h2spec");

    /**
     * A head on a stream that is over: the stream is reset, where the suite wants the connection
     * closed. Who was reset a moment ago may not know it yet; the others on the connection go on.
     */
    private static final List<String> LENIENT =
            List.of(
                    "half closed (remote): Sends a HEADERS frame",
                    "closed: Sends a HEADERS frame",
                    "Sends stream identifier that is numerically smaller than previous",
                    // The answer here is whole before the body is: the stream is over by then.
                    "Sends a HEADERS frame with the \"content-length\" header field which does not"
                            + " equal the sum of the multiple DATA frames payload length");

    @TempDir private Path folder = Path.of("");

    @Test
    void theSuitePassesButForWhatIsAnsweredMoreMildlyThanItWants() throws Exception {
        assumeTrue(
                Files.isExecutable(SUITE),
                "no h2spec on this machine (Debian has none): HTTP/2 is tried by our own cases");
        Path printed = folder.resolve("h2spec.txt");
        TestCertificates own = TestCertificates.make(folder, "gateway", "ip:127.0.0.1", 30);
        try (Http2Door door =
                new Http2Door(
                        """
                        {"listeners": [{"name": "web", "addresses": ["127.0.0.1:0"],
                           "tls": {"certificates": [{"certificate": "%s", "key": "%s"}]}}],
                         "routes": [{"name": "all", "answer": {"body": "hello"}}]}
                        """
                                .formatted(own.certificate(), own.key()))) {
            Process suite =
                    new ProcessBuilder(
                                    SUITE.toString(),
                                    "-t",
                                    "-k",
                                    "-h",
                                    "127.0.0.1",
                                    "-p",
                                    Integer.toString(door.port()),
                                    "-o",
                                    "2")
                            .redirectErrorStream(true)
                            .redirectOutput(printed.toFile())
                            .start();
            assertThat(suite.waitFor(180, TimeUnit.SECONDS)).isTrue();
        }
        String report = Files.readString(printed);
        assertThat(report).contains("146 tests");
        assertThat(
                        report.lines()
                                .filter(line -> line.contains("× "))
                                .map(line -> line.substring(line.indexOf(": ") + 2).strip())
                                .distinct())
                .as(report)
                .isSubsetOf(LENIENT);
    }
}
