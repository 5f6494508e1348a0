package io.feiqian.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.cli.CommandFailure;
import io.feiqian.cli.HomeFolder;
import io.feiqian.configuration.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Labels of instances from the command line to the file that an instance reads. */
class PlanOptionsTest {
    @TempDir private Path folder;

    @Test
    void theLabelOfAnInstanceStandsInItsFileAndInNoOther() throws IOException {
        PlanOptions options =
                CommandLine.populateCommand(
                        new PlanOptions(),
                        "--cells",
                        "1",
                        "--instances",
                        "2",
                        "--ports",
                        "free",
                        "--label",
                        "cell-1-2:version=b",
                        "--label",
                        "cell-1-2:ring=2");
        HomeFolder home = HomeFolder.prepare(folder);
        SystemUnits units =
                SystemLayout.prepare(home, options.plan(home), options.firstBusinessDate(), "");

        assertThat(units.cells()).hasSize(1);
        assertThat(told(home, 1).labels()).isEmpty();
        assertThat(told(home, 2).labels()).isEqualTo(Map.of("version", "b", "ring", "2"));
        assertThat(options.arguments()).containsSequence(List.of("--label", "cell-1-2:version=b"));
    }

    @Test
    void aLabelThatCouldNotBeOneIsRefused() {
        PlanOptions options =
                CommandLine.populateCommand(
                        new PlanOptions(), "--ports", "free", "--label", "cell-1-2=b");
        HomeFolder home = HomeFolder.prepare(folder);

        assertThatThrownBy(() -> options.plan(home))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("cell-1-2:version=b");
        assertThatThrownBy(() -> CellConfig.TYPE.parse("{\"labels\": {\"a b\": \"c\"}}"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("labels: a b=c");
    }

    private static CellConfig told(HomeFolder home, int instance) throws IOException {
        return CellConfig.TYPE.parse(
                Files.readString(home.cell("cell-1").resolve("cell-1-" + instance + ".json")));
    }
}
