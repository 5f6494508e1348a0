package io.feiqian.observatory;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Reads the values of meters that an observatory keeps (P6.1.4-c.3); from {@link
 * ObservatoryReads#metrics()}, with its bounds of time and its refusals. Times are those of the
 * processes' clocks. Thread-safe.
 */
public final class MetricReads {
    /** The most series of one name that are told. */
    public static final int MOST_SERIES = 1_000;

    /** The most values of one name that are told. */
    public static final int MOST_POINTS = 2_000;

    /** The most names that are told. */
    public static final int MOST_NAMES = 500;

    private static final long LAST_SECOND = 16_725_225_600L;

    /**
     * A counter that began after the value before it, or fell, counts from 0; so does one that
     * began within the time, which is how the first occurrence of something rare is seen.
     */
    private static final String LATEST =
            """
            select service, instance, cell, labels, min(at), (array_agg(value order by at))[1],
                max(at), (array_agg(value order by at desc))[1], min(value), max(value), sum(rise)
            from (
                select service, instance, cell, labels, at, value,
                    case when before is null and (began = 0 or began < ?) then 0
                        when before is null or began >= before_at and began > 0 or value < before
                            then greatest(value, 0)
                        else value - before end as rise
                from (
                    select service, instance, cell, labels, at, began, value,
                        lag(at) over series as before_at, lag(value) over series as before
                    from metric where name = ? and at >= ? and at < ?
                    window series as (partition by service, instance, cell, labels order by at)
                ) taken
            ) counted
            group by service, instance, cell, labels order by service, instance, cell, labels
            limit %d\
            """
                    .formatted(MOST_SERIES);

    /** From name to name over the index, however many values each has. */
    private static final String NAMES =
            """
            with recursive found (name) as (
                (select name from metric order by name limit 1)
                union all
                select (select m.name from metric m where m.name > found.name order by m.name limit 1)
                from found where found.name is not null
            )
            select name from found where\
            """;

    private final Queries queries;

    MetricReads(Queries queries) {
        this.queries = queries;
    }

    /**
     * What became of each series of this name within this time, up to {@link #MOST_SERIES}: for
     * rules on values and on rates. Series without a value there are not among them.
     *
     * @param from its values are taken from then on
     * @param to and before then
     */
    public List<MetricSeries> latest(String name, Instant from, Instant to) {
        return queries.list(
                LATEST,
                statement -> {
                    statement.setLong(1, micros(from));
                    statement.setString(2, name);
                    statement.setLong(3, micros(from));
                    statement.setLong(4, micros(to));
                },
                row ->
                        new MetricSeries(
                                source(row),
                                row.getString(4),
                                row.getLong(5),
                                row.getDouble(6),
                                row.getLong(7),
                                row.getDouble(8),
                                row.getDouble(9),
                                row.getDouble(10),
                                row.getDouble(11)));
    }

    /**
     * The names of what is kept that contain this text in either case, by the alphabet, up to
     * {@link #MOST_NAMES}; all of them for an empty text.
     */
    public List<String> names(String contains) {
        Conditions where = new Conditions();
        where.add("name is not null");
        where.text(contains, "name ilike ?");
        return queries.list(
                NAMES + " " + where.sql() + " limit " + MOST_NAMES,
                where::set,
                row -> row.getString(1));
    }

    /**
     * The values of this name within this time by their time; where there are more than {@link
     * #MOST_POINTS}, the newest.
     *
     * @param process only what this one sent; empty for all
     */
    public List<MetricPoint> points(
            String name, Optional<Source> process, Instant from, Instant to) {
        Conditions where = new Conditions();
        where.add("name = ? and at >= ? and at < ?", name, micros(from), micros(to));
        process.ifPresent(it ->
                where.add(
                        "service = ? and instance = ? and cell = ?",
                        it.service(),
                        it.instance(),
                        it.cell()));
        return queries.list(
                        "select service, instance, cell, labels, at, began, value from metric where "
                                + where.sql()
                                + " order by at desc limit "
                                + MOST_POINTS,
                        where::set,
                        row ->
                                new MetricPoint(
                                        row.getLong(5),
                                        row.getLong(6),
                                        source(row),
                                        name,
                                        row.getString(4),
                                        row.getDouble(7)))
                .reversed();
    }

    private static Source source(ResultSet row) throws SQLException {
        return new Source(row.getString(1), row.getString(2), row.getString(3));
    }

    private static long micros(Instant time) {
        return Math.clamp(time.getEpochSecond(), 0, LAST_SECOND) * 1_000_000
                + time.getNano() / 1_000;
    }
}
