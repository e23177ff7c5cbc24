// v3, a client and commands.
const { STSClient, AssumeRoleCommand, GetCallerIdentityCommand, STSServiceException, ExpiredTokenException } = require('@aws-sdk/client-sts');
const show = (...values) => console.log(JSON.stringify(values));

async function main() {
  const client = new STSClient({ region: 'eu-west-1', endpoint: process.env.STS_URL, maxAttempts: 2, retryMode: 'standard' });
  const input = { RoleArn: 'arn:aws:iam::123456789012:role/demo', RoleSessionName: 'v3', DurationSeconds: 900, Tags: [{ Key: 'team', Value: 'a' }], TransitiveTagKeys: ['team'] };
  const command = new AssumeRoleCommand(input);
  show(command.input === input);
  const { Credentials, AssumedRoleUser, $metadata } = await client.send(command);
  show(AssumedRoleUser.Arn, Credentials.AccessKeyId.slice(0, 4), Credentials.Expiration instanceof Date);
  show($metadata.httpStatusCode, $metadata.requestId.length > 10, $metadata.attempts, $metadata.totalRetryDelay);
  const scoped = new STSClient({
    region: 'eu-west-1', endpoint: process.env.STS_URL,
    credentials: { accessKeyId: Credentials.AccessKeyId, secretAccessKey: Credentials.SecretAccessKey, sessionToken: Credentials.SessionToken },
  });
  show((await scoped.send(new GetCallerIdentityCommand({}))).Arn);
  try {
    await client.send(new AssumeRoleCommand({ ...input, RoleArn: 'arn:aws:iam::123456789012:role/missing' }));
  } catch (err) {
    if (err instanceof ExpiredTokenException) show('expired');
    else if (err instanceof STSServiceException) show(err.name, err.$fault, err.$metadata.httpStatusCode, err.message);
    else throw err;
  }
  client.send(new GetCallerIdentityCommand({}), (err, data) => {
    show(err, data.Account);
    client.destroy();
    scoped.destroy();
  });
}
main();
