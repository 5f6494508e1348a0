package io.feiqian.console;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What was refused is in the log, with who and where, and without what nobody may read there. */
@Timeout(60)
final class RefusalLogTest {
    @TempDir private Path folder;
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger(RefusalLog.class);
    private RunningConsole console;

    @BeforeEach
    void start() {
        console = RunningConsole.over(folder);
        lines.start();
        logger.addAppender(lines);
    }

    @AfterEach
    void stop() {
        logger.detachAppender(lines);
        console.close();
    }

    @Test
    void failedSignInsAndWhatWasNotPermittedAreLogged() {
        try (Visitor viewer = console.user("viewer", "VIEWER");
                Visitor stranger = console.visitor()) {
            lines.list.clear();
            String token = viewer.token();
            stranger.signIn("viewer", "a wrong one");
            stranger.signIn("my own pass word", "a wrong one");
            viewer.get("/users");
            viewer.post("/users", "token", "0");
            viewer.get("/journey?trace=secret-looking");
            stranger.get("/api/v1/users", "Authorization", "Bearer fqt_" + "0".repeat(64));
            Wire.ask(console.port(), "TRACE /");

            assertThat(messages())
                    .containsExactly(
                            "a sign-in failed: viewer from 127.0.0.1",
                            "a sign-in failed: an unknown name from 127.0.0.1",
                            "refused: GET /users of viewer from 127.0.0.1: NOT_PERMITTED",
                            "refused: POST /users of viewer from 127.0.0.1: NOT_PERMITTED",
                            "refused: GET /journey of viewer from 127.0.0.1: INVALID_TRACE_NUMBER",
                            "refused: GET /api/v1/users of a stranger from 127.0.0.1:"
                                    + " UNAUTHENTICATED",
                            "refused: TRACE / of a stranger from 127.0.0.1: METHOD_NOT_ALLOWED");
            assertThat(messages().toString())
                    .doesNotContain(
                            "pass word", "wrong one", token, viewer.session(), "fqt_", "secret");
            assertThat(console.audit()).as("who came in").contains("console.sign-in", "viewer");
        }
    }

    @Test
    void whoHasNotSignedInCannotFillTheLog() {
        for (int i = 0; i < 150; i++) {
            Wire.ask(console.port(), "GET /nowhere-" + i);
        }
        assertThat(messages()).hasSize(100);
    }

    private List<String> messages() {
        return lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }
}
