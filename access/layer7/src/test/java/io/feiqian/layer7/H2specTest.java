package io.feiqian.layer7;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.feiqian.vocabulary.Requirement;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The conformance suite for servers of HTTP/2, against a listener. */
@Requirement("P6.1.3-d")
class H2specTest {
    private static final Path SUITE = Path.of("/usr/local/bin/h2spec");

    @TempDir private Path folder = Path.of("");

    @Test
    void everyCaseOfTheSuitePasses() throws Exception {
        assumeTrue(
                Files.isExecutable(SUITE),
                "no h2spec on this machine (Debian has none): HTTP/2 is tried by our own cases");
        Path printed = folder.resolve("h2spec.txt");
        try (Http2Door door =
                new Http2Door(
                        """
                        {"listeners": [{"name": "web", "addresses": ["127.0.0.1:0"]}],
                         "routes": [{"name": "all", "answer": {"body": "hello"}}]}
                        """)) {
            Process suite =
                    new ProcessBuilder(
                                    SUITE.toString(),
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
        assertThat(Files.readString(printed)).contains(", 0 failed");
    }
}
