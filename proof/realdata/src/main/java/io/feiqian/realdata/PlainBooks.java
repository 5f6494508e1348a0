package io.feiqian.realdata;

import java.io.BufferedReader;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the balances must be by plain arithmetic over the files' rows. It shares no code with the
 * loader or with the bank: it reads the lines by itself, knows nothing of other sides or cells, and
 * adds decimals.
 *
 * @param days every day of every account that has a row on that day, by account and day {@code
 *     yymmdd}
 */
record PlainBooks(Map<String, TreeMap<String, Day>> days) {
    private static final int ACCOUNT = 1;
    private static final int DATE = 2;
    private static final int TYPE = 3;
    private static final int AMOUNT = 5;
    private static final int BALANCE = 6;

    /**
     * One account's day.
     *
     * @param closing the balance after the day's last row, by arithmetic
     * @param recorded the balances that the bank recorded that day
     */
    record Day(BigDecimal closing, List<BigDecimal> recorded) {
        /** How far the nearest balance recorded that day is from the arithmetic. */
        BigDecimal distance() {
            return distance(closing);
        }

        /** How far the nearest balance recorded that day is from this one. */
        BigDecimal distance(BigDecimal balance) {
            return recorded.stream()
                    .map(each -> each.subtract(balance).abs())
                    .reduce(BigDecimal::min)
                    .orElseThrow();
        }
    }

    private record Row(BigDecimal change, BigDecimal recorded) {}

    /** Adds up these files, in this order. */
    static PlainBooks of(List<Path> files) throws IOException {
        Map<String, TreeMap<String, List<Row>>> rows = new TreeMap<>();
        for (Path file : files) {
            try (BufferedReader lines = Files.newBufferedReader(file)) {
                lines.readLine();
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    String[] field = line.replace("\"", "").split(";", -1);
                    BigDecimal amount = new BigDecimal(field[AMOUNT]);
                    boolean credit = field[TYPE].equals("PRIJEM");
                    rows.computeIfAbsent(field[ACCOUNT], account -> new TreeMap<>())
                            .computeIfAbsent(field[DATE], day -> new ArrayList<>())
                            .add(
                                    new Row(
                                            credit ? amount : amount.negate(),
                                            new BigDecimal(field[BALANCE])));
                }
            }
        }
        Map<String, TreeMap<String, Day>> days = new TreeMap<>();
        rows.forEach((account, byDay) -> days.put(account, closings(byDay)));
        return new PlainBooks(days);
    }

    private static TreeMap<String, Day> closings(TreeMap<String, List<Row>> byDay) {
        TreeMap<String, Day> closings = new TreeMap<>();
        BigDecimal balance = BigDecimal.ZERO;
        for (Map.Entry<String, List<Row>> day : byDay.entrySet()) {
            for (Row row : day.getValue()) {
                balance = balance.add(row.change());
            }
            List<BigDecimal> recorded = day.getValue().stream().map(Row::recorded).toList();
            closings.put(day.getKey(), new Day(balance, recorded));
        }
        return closings;
    }

    /** How many days of accounts there are. */
    int accountDays() {
        return days.values().stream().mapToInt(Map::size).sum();
    }

    /** All accounts' last closing balances together. */
    BigDecimal closingSum() {
        return days.values().stream()
                .map(each -> each.lastEntry().getValue().closing())
                .reduce(BigDecimal.ZERO, BigDecimal::add);
    }
}
