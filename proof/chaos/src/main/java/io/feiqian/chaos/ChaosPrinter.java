package io.feiqian.chaos;

import io.feiqian.cli.Json;
import java.io.PrintStream;

/** Says how a run ended: for people, or in JSON. */
final class ChaosPrinter {
    private final PrintStream out;

    private ChaosPrinter(PrintStream out) {
        this.out = out;
    }

    static void print(RunReport result, boolean json) {
        if (json) {
            System.out.println(Json.write(result));
            return;
        }
        ChaosPrinter printer = new ChaosPrinter(System.out);
        result.bank().forEach(printer::bank);
        result.services().forEach(printer::services);
        result.fleet().forEach(printer::fleet);
        result.gateway().forEach(printer::gateway);
        System.out.println(
                result.isGood()
                        ? result.gateway().isEmpty()
                                ? "nothing was lost, nothing happened twice, the books balance"
                                : "nothing was sent twice that is not safe, nobody got another's answer"
                        : "the run FAILED");
    }

    private void bank(ChaosReport result) {
        out.printf("%nbank%n");
        result.faults().forEach((kind, times) -> out.printf("  %-16s %6d%n", kind, times));
        ClientLedger.Counts counts = result.counts();
        out.printf(
                "  accepted %d (transfers %d), refused %d, unknown %d, later resolved %d, in %.0f"
                        + " s%n",
                counts.accepted(),
                counts.transfersAccepted(),
                counts.refused(),
                counts.unknown(),
                counts.laterResolved(),
                result.seconds());
        counts.acceptedByKind()
                .forEach((kind, n) -> out.printf("    accepted %-24s %8d%n", kind, n));
        counts.refusedByCode()
                .forEach((code, n) -> out.printf("    refused  %-24s %8d%n", code, n));
        out.printf(
                "  audit: %d accounts, %d entries, %d unfinished%n",
                result.audit().accounts(), result.audit().entries(), result.audit().unfinished());
        result.findings().forEach(each -> out.println("FINDING " + each));
    }

    private void fleet(FleetReport result) {
        out.printf("%nfleet%n");
        result.faults().forEach((kind, times) -> out.printf("  %-17s %6d%n", kind, times));
        out.printf(
                "  accepted %d, turned away by policy %d, in %.0f s; %d versions of policies%n",
                result.accepted(), result.limited(), result.seconds(), result.policies());
        result.findings().forEach(each -> out.println("FINDING " + each));
    }

    private void gateway(GatewayReport result) {
        out.printf("%ngateway%n");
        result.faults().forEach((kind, times) -> out.printf("  %-18s %6d%n", kind, times));
        out.printf("  in %.0f s%n", result.seconds());
        result.ends().forEach((how, times) -> out.printf("    %-29s %9d%n", how, times));
        result.echoes().forEach((how, times) -> out.printf("    %-29s %9d%n", how, times));
        result.notes().forEach(each -> out.println("  " + each));
        result.findings().forEach(each -> out.println("FINDING " + each));
    }

    private void services(ServicesReport result) {
        out.printf("%nservices: %s%n", String.join(", ", result.services()));
        result.faults().forEach((kind, times) -> out.printf("  %-16s %6d%n", kind, times));
        out.printf("  what never came back had %d requests under way%n", result.leftByEnded());
        GlobalLedger.Counts counts = result.counts();
        out.printf(
                "  accepted %d, refused %d, aborted %d, unknown %d, later resolved %d, asked twice"
                        + " %d, in %.0f s%n",
                counts.accepted(),
                counts.refused(),
                counts.aborted(),
                counts.unknown(),
                counts.laterResolved(),
                counts.repeated(),
                result.seconds());
        counts.acceptedByKind()
                .forEach((kind, n) -> out.printf("    accepted %-24s %8d%n", kind, n));
        result.legsByDatabase()
                .forEach((where, n) -> out.printf("    moved by %-24s %8d%n", where, n));
        counts.answers().forEach((code, n) -> out.printf("    answered %-24s %8d%n", code, n));
        out.printf(
                "  audit: %d entries in the journals; nothing was left to do %.1f s after the last"
                        + " answer%n",
                result.entries(), result.settledSeconds());
        result.findings().forEach(each -> out.println("FINDING " + each));
    }
}
