package io.feiqian.security;

import io.feiqian.runtime.Randomness;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A process of its own that counts in a secret, as others do at the same moment. */
final class CountingProcess {
    static final int TIMES = 200;

    private CountingProcess() {}

    static void count(Path home) {
        Secrets secrets = Secrets.in(home, Randomness.secure());
        for (int i = 0; i < TIMES; i++) {
            var _ =
                    secrets.alone(
                            "counter",
                            () -> {
                                int before = Integer.parseInt(secrets.find("counter").orElse(""));
                                secrets.replace("counter", Integer.toString(before + 1));
                                return before;
                            });
        }
    }

    /** Says that it is ready, waits for a line, counts, and says that it is done. */
    @SuppressWarnings("SystemOut") // How it is heard.
    public static void main(String[] arguments) throws IOException {
        System.out.println("ready");
        var told = new InputStreamReader(System.in, StandardCharsets.UTF_8);
        if (new BufferedReader(told).readLine() != null) {
            count(Path.of(arguments[0]));
            System.out.println("done");
        }
    }
}
