const { STS } = require("@aws-sdk/client-sts");
const client = new STS({ region: "us-east-1", endpoint: process.env.BENCH_URL,
  credentials: { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" } });
client.assumeRole({ RoleArn: "arn:aws:iam::123456789012:role/demo", RoleSessionName: "bench", DurationSeconds: 900 }).then(() => process.exit(0));
