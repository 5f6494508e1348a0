package io.feiqian.chaos;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the kernel and its collector say of a gateway's process.
 *
 * @param resident bytes in memory
 * @param mostResident the most it ever had
 * @param heap bytes that live after a collection; 0 where it is not known
 * @param sockets how many it has open
 */
record GatewayFacts(long resident, long mostResident, long heap, long sockets) {
    private static final int KILO = 1_024;
    private static final Pattern USED = Pattern.compile("used (\\d+)K");

    /** Of this process, now. A collection is asked of it where it is a JVM. */
    static GatewayFacts of(long pid) throws IOException, InterruptedException {
        String _ = jcmd(pid, "GC.run");
        Matcher used = USED.matcher(jcmd(pid, "GC.heap_info"));
        long heap = 0;
        while (used.find()) {
            // The generations, then metaspace, which says "used" too, and its class space.
            heap += Long.parseLong(used.group(1)) * KILO;
        }
        return new GatewayFacts(status(pid, "VmRSS:"), status(pid, "VmHWM:"), heap, sockets(pid));
    }

    private static long status(long pid, String what) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
            return lines.filter(each -> each.startsWith(what))
                    .mapToLong(each -> Long.parseLong(each.replaceAll("[^0-9]", "")) * KILO)
                    .findFirst()
                    .orElse(0);
        }
    }

    /** How many sockets a process has open. */
    static long sockets(long pid) throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            return open.filter(GatewayFacts::isSocket).count();
        }
    }

    private static boolean isSocket(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
        } catch (IOException closedMeanwhile) {
            return false;
        }
    }

    /** Whatever is not one would be waited for, ten seconds a question. */
    private static boolean isJvm(long pid) throws IOException {
        try (Stream<String> maps = Files.lines(Path.of("/proc/" + pid + "/maps"))) {
            return maps.anyMatch(each -> each.endsWith("libjvm.so"));
        }
    }

    private static String jcmd(long pid, String what) throws IOException, InterruptedException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        if (!Files.isExecutable(jcmd) || !isJvm(pid)) {
            return "";
        }
        Process asked =
                new ProcessBuilder(jcmd.toString(), Long.toString(pid), what)
                        .redirectErrorStream(true)
                        .start();
        String said = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return asked.waitFor() == 0 ? said : "";
    }

    @Override
    public String toString() {
        return "%d MB resident (at most %d MB), heap and classes %d MB, %d sockets"
                .formatted(resident >> 20, mostResident >> 20, heap >> 20, sockets);
    }
}
