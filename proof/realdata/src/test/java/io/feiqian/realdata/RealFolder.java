package io.feiqian.realdata;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** The folder with the real data; a test that needs it is skipped plainly where it is absent. */
final class RealFolder {
    private RealFolder() {}

    static Path orSkip() {
        String property = System.getProperty("feiqian.berka", "");
        Path folder = Path.of(property).normalize();
        assumeTrue(
                !property.isEmpty() && Files.isRegularFile(folder.resolve("account.asc")),
                "skipped: no real data in " + folder + " (set -Dfeiqian.berka=DIR)");
        return folder;
    }
}
