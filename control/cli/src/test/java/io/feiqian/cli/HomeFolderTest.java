package io.feiqian.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HomeFolderTest {
    @TempDir Path folder = Path.of("");

    @Test
    void aFolderOfANewerVersionIsRefusedAndLeftAlone() throws Exception {
        HomeFolder.prepare(folder.resolve("home"));
        Path format = folder.resolve("home/format");
        Files.writeString(format, (HomeFolder.FORMAT + 1) + "\n");
        assertThatThrownBy(() -> HomeFolder.prepare(folder.resolve("home")))
                .isInstanceOfSatisfying(
                        CommandFailure.class,
                        failure -> {
                            assertThat(failure.status()).isEqualTo(ExitStatus.CANNOT_START);
                            assertThat(failure.happened()).contains("is of format 2");
                            assertThat(failure.remedy()).contains("newer version");
                        });
        assertThat(format).hasContent("2");
    }

    @Test
    void aFolderOfSomethingElseIsNotTakenOver() throws Exception {
        Files.writeString(folder.resolve("letter.txt"), "dear");
        assertThatThrownBy(() -> HomeFolder.prepare(folder))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("holds something else");
        assertThat(folder.resolve("format")).doesNotExist();
    }

    @Test
    void aSecondSystemInTheSameFolderIsRefused() throws Exception {
        HomeFolder home = HomeFolder.prepare(folder.resolve("home"));
        AutoCloseable first = home.lock();
        assertThatThrownBy(home::lock)
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("already running");
        first.close();
        home.lock().close();
    }

    @Test
    void whatIsWrittenAboutAddressesIsReadBack() {
        HomeFolder home = HomeFolder.prepare(folder.resolve("home"));
        Endpoints written =
                new Endpoints(
                        17,
                        "http://127.0.0.1:8080",
                        "http://127.0.0.1:8090",
                        "127.0.0.1:2181",
                        List.of(
                                new Endpoints.Cell(
                                        "cell-1", "127.0.0.1:5501", List.of("127.0.0.1:7101"))),
                        "127.0.0.1:7000");
        home.writeEndpoints(written);
        assertThat(HomeFolder.open(home.root()).endpoints()).isEqualTo(written);
    }

    @Test
    void whereNothingRunsTheMessageSaysHowToStart() {
        assertThatThrownBy(() -> HomeFolder.open(folder.resolve("absent")))
                .isInstanceOfSatisfying(
                        CommandFailure.class,
                        failure -> {
                            assertThat(failure.status()).isEqualTo(ExitStatus.NOT_RUNNING);
                            assertThat(failure.remedy()).contains("feiqian dev");
                        });
    }
}
