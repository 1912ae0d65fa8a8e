SELECT air_aqi_daily(so2, no2, co, o3_8h, NULL, pm10, pm2_5, DATE '{date}', '340100') AS aqi, count(*) AS n
FROM rows GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 12
